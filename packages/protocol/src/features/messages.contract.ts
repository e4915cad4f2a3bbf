import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { content, conversationId, limit, messageId, metadata, page, seq, time, userId } from '../fields.js';
import { Users } from './users.contract.js';

/** A message as every member sees it. Its row is its entry in the log: `seq` places it, `id` names it. */
export const Message = z.object({
  /** The id of the command that sent it, made by the sender. */
  id: messageId,
  conversationId,
  seq,
  /** The seq that last touched it; of two copies the one with the larger rev is newer. */
  rev: seq,
  /** Dense count of messages in the conversation, from 1. */
  ord: seq,
  senderId: userId,
  type: z.enum(['text']),
  content: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  at: time,
});
export type Message = z.output<typeof Message>;

/** The answer to a command on a conversation: where in the log it stands. A repeat gets the first answer again. */
export const Ack = z.object({ id: messageId, seq, at: time });
export type Ack = z.output<typeof Ack>;

export const messagesContract = defineContract('messages', {
  operations: {
    sendMessage: command({
      rest: 'POST /v1/conversations/:conversationId/messages',
      summary: 'Sends a message. The answer means it is stored; the same id sent again gets the same answer.',
      repeats: 'id',
      status: 201,
      input: z.strictObject({ conversationId, id: messageId, content, metadata: metadata.optional() }),
      output: Ack,
      errors: [
        'not_found',
        'forbidden',
        'muted',
        'conversation_archived',
        'id_conflict',
        'message_too_long',
        'overloaded',
      ],
    }),
    listMessages: query({
      rest: 'GET /v1/conversations/:conversationId/messages',
      summary:
        'A page of history, oldest first: the latest, those before or after a cursor, or those around a message. A cursor is one a page gave, or the seq of a message as text.',
      input: z
        .strictObject({
          conversationId,
          limit: limit.optional(),
          before: z.string().max(200).optional(),
          after: z.string().max(200).optional(),
          around: messageId.optional(),
        })
        .refine(
          (input) =>
            [input.before, input.after, input.around].filter((given) => given !== undefined).length <= 1,
          'only one of before, after, around',
        ),
      output: z.object({ items: z.array(Message), users: Users, ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
    getMessage: query({
      rest: 'GET /v1/conversations/:conversationId/messages/:messageId',
      summary: 'One message.',
      input: z.strictObject({ conversationId, messageId }),
      output: Message,
      errors: ['not_found'],
    }),
  },
  events: { 'message.created': Message },
});
