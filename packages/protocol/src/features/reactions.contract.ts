import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { conversationId, cursor, emoji, limit, messageId, page, time, userId } from '../fields.js';
import { Message } from '../resources/message.js';
import { Ack } from './messages.contract.js';
import { Users } from './users.contract.js';

/** Somebody's reaction to a message. */
export const Reaction = z.object({ emoji: z.string(), userId, at: time });
export type Reaction = z.output<typeof Reaction>;

/** The message as it is now; the emoji is null where it has changed again since. Whose it is, is the event's `actorId`. */
const MessageReaction = z.object({ message: Message, emoji: z.string().nullable() });

const input = z.strictObject({ conversationId, messageId, emoji });

export const reactionsContract = defineContract('reactions', {
  operations: {
    addReaction: command({
      rest: 'PUT /v1/conversations/:conversationId/messages/:messageId/reactions/:emoji',
      summary: 'Reacts to a message. Doing it again changes nothing.',
      repeats: 'key',
      input,
      output: Ack,
      errors: [
        'not_found',
        'forbidden',
        'muted',
        'dm_not_allowed',
        'conversation_archived',
        'reaction_limit_reached',
        'id_conflict',
        'overloaded',
      ],
    }),
    removeReaction: command({
      rest: 'DELETE /v1/conversations/:conversationId/messages/:messageId/reactions/:emoji',
      summary: 'Takes a reaction of your own back. Where there is none, nothing changes.',
      repeats: 'key',
      input,
      output: Ack,
      errors: [
        'not_found',
        'forbidden',
        'muted',
        'dm_not_allowed',
        'conversation_archived',
        'id_conflict',
        'overloaded',
      ],
    }),
    listReactions: query({
      rest: 'GET /v1/conversations/:conversationId/messages/:messageId/reactions',
      summary: 'Who reacted to a message and with what, the first first.',
      input: z.strictObject({
        conversationId,
        messageId,
        emoji: emoji.optional(),
        limit: limit.optional(),
        cursor: cursor.optional(),
      }),
      output: z.object({ items: z.array(Reaction), users: Users, ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
  },
  events: { 'reaction.added': MessageReaction, 'reaction.removed': MessageReaction },
});
