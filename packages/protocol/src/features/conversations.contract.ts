import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import {
  conversationId,
  cursor,
  displayName,
  httpsUrl,
  idList,
  limit,
  metadata,
  page,
  rightBits,
  seq,
  text,
  time,
  userId,
} from '../fields.js';
import { limits } from '../limits.js';
import { Member } from '../resources/member.js';
import { Message } from '../resources/message.js';
import { Watermarks } from '../resources/watermarks.js';
import { Users } from './users.contract.js';

/** How a conversation is run. */
const Settings = z.object({
  /** What who comes in finds: everything, or what is said from then on. */
  history: z.enum(['all', 'since_join']),
  /** What each role may do: bits of `rights`. */
  roleRights: z.object({ member: rightBits, moderator: rightBits, admin: rightBits, owner: rightBits }),
});

/** A conversation as every member sees it. */
export const Conversation = z.object({
  id: conversationId,
  type: z.enum(['direct', 'group']),
  /** Null where the members' names serve instead, as in every direct conversation. */
  name: z.string().nullable(),
  description: z.string().nullable(),
  avatarUrl: z.string().nullable(),
  /** In an archived one nothing is written; reading and leaving go on. */
  state: z.enum(['active', 'archived']),
  settings: Settings,
  metadata: z.record(z.string(), z.unknown()).nullable(),
  createdBy: userId,
  createdAt: time,
  memberCount: z.int(),
  /** Both people of a direct conversation; null otherwise. */
  directUserIds: z.array(userId).nullable(),
  /** The seq that last changed the conversation itself. */
  rev: seq,
});
export type Conversation = z.output<typeof Conversation>;

/** A row of the list: the conversation, how far its log goes, and its latest message. */
export const ConversationSummary = Conversation.extend({
  lastSeq: seq,
  lastMessage: Message.nullable(),
  /** When the latest message came, or the conversation was made: what the list is ordered by. */
  lastActivityAt: time,
  /** What is only the caller's own: how far they have come. */
  mine: Watermarks,
});
export type ConversationSummary = z.output<typeof ConversationSummary>;

export const conversationsContract = defineContract('conversations', {
  operations: {
    createConversation: command({
      rest: 'POST /v1/conversations',
      summary:
        'Makes a conversation with you as its owner. A direct conversation exists once for two people: the existing one is returned. The same id sent again gets the first answer.',
      repeats: 'id',
      status: 201,
      input: z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('direct'), memberIds: idList(userId, 1) }),
        z.strictObject({
          type: z.literal('group'),
          id: conversationId.optional(),
          memberIds: z.array(userId).max(limits.idsPerRequest),
          name: displayName.optional(),
          description: text(limits.descriptionCodePoints).optional(),
          metadata: metadata.optional(),
        }),
      ]),
      output: ConversationSummary,
      errors: ['id_conflict', 'invalid_reference', 'dm_not_allowed', 'too_many_items', 'overloaded'],
    }),
    listConversations: query({
      rest: 'GET /v1/conversations',
      summary: 'Your conversations, the latest activity first.',
      input: z.strictObject({ limit: limit.optional(), cursor: cursor.optional() }),
      output: z.object({ items: z.array(ConversationSummary), users: Users, ...page }),
      errors: ['invalid_cursor'],
    }),
    updateConversation: command({
      rest: 'PATCH /v1/conversations/:conversationId',
      summary:
        'Changes what is given and leaves the rest; null takes a text away. What roles may do is for the owner to change, who may do everything.',
      repeats: 'key',
      input: z.strictObject({
        conversationId,
        name: displayName.nullable().optional(),
        description: text(limits.descriptionCodePoints).nullable().optional(),
        avatarUrl: httpsUrl.nullable().optional(),
        metadata: metadata.nullable().optional(),
        settings: z
          .strictObject({
            history: z.enum(['all', 'since_join']).optional(),
            roleRights: z
              .strictObject({
                member: rightBits.optional(),
                moderator: rightBits.optional(),
                admin: rightBits.optional(),
              })
              .optional(),
          })
          .optional(),
      }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'conversation_archived', 'id_conflict'],
    }),
    archiveConversation: command({
      rest: 'PUT /v1/conversations/:conversationId/archive',
      summary: 'Ends writing in a conversation you own; reading and leaving go on.',
      repeats: 'key',
      input: z.strictObject({ conversationId }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'id_conflict'],
    }),
    unarchiveConversation: command({
      rest: 'DELETE /v1/conversations/:conversationId/archive',
      summary: 'Lets people write again in a conversation you own.',
      repeats: 'key',
      input: z.strictObject({ conversationId }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'id_conflict'],
    }),
    deleteConversation: command({
      rest: 'DELETE /v1/conversations/:conversationId',
      summary: 'Deletes a conversation you own, for everybody and for good.',
      repeats: 'key',
      input: z.strictObject({ conversationId }),
      output: z.object({ seq }),
      errors: ['not_found', 'forbidden', 'id_conflict'],
    }),
    getConversation: query({
      rest: 'GET /v1/conversations/:conversationId',
      summary: 'One conversation you are a member of.',
      input: z.strictObject({ conversationId }),
      output: ConversationSummary,
      errors: ['not_found'],
    }),
  },
  events: {
    'conversation.updated': z.object({ conversation: Conversation }),
    'conversation.deleted': z.object({}),
    'conversation.created': z.object({
      conversation: Conversation,
      /** Who it began with; empty when these are more than a hundred. */
      members: z.array(Member),
      users: Users,
    }),
  },
});
