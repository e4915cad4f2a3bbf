import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { conversationId, cursor, idList, limit, page, role, seq, userId } from '../fields.js';
import { Member } from '../resources/member.js';
import { Conversation } from './conversations.contract.js';
import { Users } from './users.contract.js';

export const membersContract = defineContract('members', {
  operations: {
    listMembers: query({
      rest: 'GET /v1/conversations/:conversationId/members',
      summary: 'The members of a conversation, in the order they came.',
      input: z.strictObject({ conversationId, limit: limit.optional(), cursor: cursor.optional() }),
      output: z.object({ items: z.array(Member), users: Users, ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
    addMembers: command({
      rest: 'POST /v1/conversations/:conversationId/members',
      summary: 'Adds people to a group. Those who are members already stay as they are.',
      repeats: 'key',
      input: z.strictObject({ conversationId, userIds: idList(userId, 100), role: role.optional() }),
      output: z.object({ seq }),
      errors: [
        'not_found',
        'forbidden',
        'rank_too_low',
        'invalid_reference',
        'conversation_archived',
        'too_many_items',
        'id_conflict',
      ],
    }),
    removeMember: command({
      rest: 'DELETE /v1/conversations/:conversationId/members/:userId',
      summary: 'Takes somebody of a lower role out of a group; with your own id, leaves it.',
      repeats: 'key',
      input: z.strictObject({ conversationId, userId }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'rank_too_low', 'last_owner', 'id_conflict'],
    }),
  },
  events: {
    'members.added': z.object({ conversation: Conversation, members: z.array(Member), users: Users }),
    'members.removed': z.object({ conversation: Conversation, userIds: z.array(userId) }),
  },
});
