import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import {
  conversationId,
  cursor,
  idList,
  limit,
  moment,
  page,
  rightBits,
  role,
  seq,
  time,
  userId,
} from '../fields.js';
import { Member } from '../resources/member.js';
import { Conversation } from './conversations.contract.js';
import { Users } from './users.contract.js';

/** Somebody who may not come in. */
const Ban = z.object({
  userId,
  bannedBy: userId,
  at: time,
  /** Null for good. */
  until: time.nullable(),
});

export const membersContract = defineContract('members', {
  operations: {
    listMembers: query({
      rest: 'GET /v1/conversations/:conversationId/members',
      summary: 'The members of a conversation, in the order they came.',
      input: z.strictObject({
        conversationId,
        role: role.optional(),
        limit: limit.optional(),
        cursor: cursor.optional(),
      }),
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
        'banned',
        'dm_not_allowed',
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
    updateMember: command({
      rest: 'PATCH /v1/conversations/:conversationId/members/:userId',
      summary:
        'Changes role, exceptions or mute of somebody of a lower role, giving nothing you have not yourself; your own role you may only lower.',
      repeats: 'key',
      input: z.strictObject({
        conversationId,
        userId,
        role: role.optional(),
        allow: rightBits.optional(),
        deny: rightBits.optional(),
        mutedUntil: moment.nullable().optional(),
      }),
      output: z.object({ seq }),
      errors: [
        'not_found',
        'forbidden',
        'rank_too_low',
        'last_owner',
        'conversation_archived',
        'id_conflict',
      ],
    }),
    leaveConversation: command({
      rest: 'POST /v1/conversations/:conversationId/leave',
      summary:
        'Leaves a group. The last owner goes last of all; who has left before gets the same answer again.',
      repeats: 'key',
      input: z.strictObject({ conversationId }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'last_owner', 'id_conflict'],
    }),
    transferOwnership: command({
      rest: 'POST /v1/conversations/:conversationId/transfer',
      summary: 'Makes another member the owner in your place; you become an admin.',
      repeats: 'key',
      input: z.strictObject({ conversationId, userId }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'conversation_archived', 'id_conflict'],
    }),
    banMember: command({
      rest: 'PUT /v1/conversations/:conversationId/bans/:userId',
      summary:
        'Keeps somebody out of a group, member or not, until a moment or for good. A member of a lower role is taken out by it.',
      repeats: 'key',
      input: z.strictObject({ conversationId, userId, until: moment.optional() }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'rank_too_low', 'conversation_archived', 'id_conflict'],
    }),
    unbanMember: command({
      rest: 'DELETE /v1/conversations/:conversationId/bans/:userId',
      summary: 'Lets somebody be added again. They are not brought back by it.',
      repeats: 'key',
      input: z.strictObject({ conversationId, userId }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'conversation_archived', 'id_conflict'],
    }),
    listBans: query({
      rest: 'GET /v1/conversations/:conversationId/bans',
      summary: 'Who is banned from a conversation, for those who may ban, the latest first.',
      input: z.strictObject({ conversationId, limit: limit.optional(), cursor: cursor.optional() }),
      output: z.object({ items: z.array(Ban), users: Users, ...page }),
      errors: ['not_found', 'forbidden', 'invalid_cursor'],
    }),
  },
  events: {
    'members.added': z.object({ conversation: Conversation, members: z.array(Member), users: Users }),
    'members.updated': z.object({ members: z.array(Member), users: Users }),
    'members.removed': z.object({
      conversation: Conversation,
      userIds: z.array(userId),
      /** Of a ban that is over and followed by a return, only that they were removed is still known. */
      reason: z.enum(['left', 'removed', 'banned']),
    }),
  },
});
