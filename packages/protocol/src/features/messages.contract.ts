import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { type ErrorCode, errorTable } from '../errors.js';
import {
  content,
  conversationId,
  cursor,
  limit,
  messageId,
  metadata,
  moment,
  page,
  seq,
  time,
} from '../fields.js';
import { limits } from '../limits.js';
import { Message } from '../resources/message.js';
import { besideMessages } from '../resources/message-page.js';
import { Thread } from '../resources/thread.js';

/** The answer to a command on a conversation: where in the log it stands. A repeat gets the first answer again. */
export const Ack = z.object({ id: messageId, seq, at: time });
export type Ack = z.output<typeof Ack>;

/** What a message said until it was edited. */
export const MessageVersion = z.object({
  /** The message's rev while it said this. */
  rev: seq,
  content: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  /** When it began to say this. */
  at: time,
});
export type MessageVersion = z.output<typeof MessageVersion>;

/** A message, and for a reply its thread, which it changed. */
export const MessageInThread = Message.extend({ thread: Thread.optional() });

/** What became of one message of several: it is stored, or refused for a reason of its own. */
export const SendVerdict = z.discriminatedUnion('status', [
  z.object({ status: z.literal('sent'), seq, at: time }),
  // The table is a literal, so its keys are all the codes.
  z.object({
    status: z.literal('refused'),
    code: z.enum(Object.keys(errorTable) as [ErrorCode, ...ErrorCode[]]),
  }),
]);
export type SendVerdict = z.output<typeof SendVerdict>;

/** A message on its way in, without where it goes. */
const newMessage = {
  id: messageId,
  content,
  metadata: metadata.optional(),
  /** The message it answers: any of the conversation that is not deleted. */
  replyToId: messageId.optional(),
  /** Makes it a reply in the thread of this message, which is in no thread itself. */
  threadId: messageId.optional(),
};

export const messagesContract = defineContract('messages', {
  operations: {
    sendMessage: command({
      rest: 'POST /v1/conversations/:conversationId/messages',
      summary: 'Sends a message. The answer means it is stored; the same id sent again gets the same answer.',
      repeats: 'id',
      status: 201,
      input: z.strictObject({ conversationId, ...newMessage }),
      output: Ack,
      errors: [
        'not_found',
        'forbidden',
        'muted',
        'dm_not_allowed',
        'conversation_archived',
        'id_conflict',
        'invalid_reference',
        'message_too_long',
        'overloaded',
      ],
    }),
    sendMessages: command({
      rest: 'POST /v1/conversations/:conversationId/messages/bulk',
      summary:
        'Sends up to 100 messages in their order. Each gets a verdict of its own, in the same order; one that does not fit refuses the call before any is sent. The same ids sent again get the same verdicts.',
      repeats: 'none',
      input: z.strictObject({
        conversationId,
        messages: z
          .array(z.strictObject(newMessage))
          .min(1)
          .max(limits.messagesPerRequest)
          .refine(
            (messages) => new Set(messages.map(({ id }) => id)).size === messages.length,
            'an id is repeated',
          ),
      }),
      output: z.object({ items: z.array(SendVerdict) }),
      errors: ['not_found', 'forbidden', 'message_too_long', 'too_many_items', 'overloaded'],
    }),
    editMessage: command({
      rest: 'PATCH /v1/conversations/:conversationId/messages/:messageId',
      summary: 'Gives a message of your own other words. What it said before is kept as a version.',
      repeats: 'key',
      input: z.strictObject({ conversationId, messageId, content, metadata: metadata.nullable().optional() }),
      output: Ack,
      errors: [
        'not_found',
        'forbidden',
        'muted',
        'dm_not_allowed',
        'conversation_archived',
        'id_conflict',
        'message_too_long',
        'overloaded',
      ],
    }),
    deleteMessage: command({
      rest: 'DELETE /v1/conversations/:conversationId/messages/:messageId',
      summary:
        "Deletes a message for everyone: one of your own, or with the right to it somebody else's. Its place stays, empty.",
      repeats: 'key',
      input: z.strictObject({ conversationId, messageId }),
      output: Ack,
      errors: [
        'not_found',
        'forbidden',
        'rank_too_low',
        'conversation_archived',
        'id_conflict',
        'overloaded',
      ],
    }),
    restoreMessage: command({
      rest: 'POST /v1/conversations/:conversationId/messages/:messageId/restore',
      summary:
        'Brings back what a deleted message said, within 30 days: for who deleted it, or somebody above them who may delete any. Its reactions do not come back. Others learn of it by `message.updated`.',
      repeats: 'key',
      input: z.strictObject({ conversationId, messageId }),
      output: Ack,
      errors: [
        'not_found',
        'forbidden',
        'dm_not_allowed',
        'conversation_archived',
        'id_conflict',
        'overloaded',
      ],
    }),
    listMessages: query({
      rest: 'GET /v1/conversations/:conversationId/messages',
      summary:
        'A page of history without the replies in threads, oldest first: the latest, those before or after a cursor, or those around a message or a moment. A cursor is one a page gave, or the seq of a message as text.',
      input: z
        .strictObject({
          conversationId,
          limit: limit.optional(),
          before: z.string().max(200).optional(),
          after: z.string().max(200).optional(),
          around: messageId.optional(),
          /** The first message from this moment on stands in the middle; after all of them the page is the latest. */
          aroundTime: moment.optional(),
        })
        .refine(
          ({ before, after, around, aroundTime }) =>
            [before, after, around, aroundTime].filter((given) => given !== undefined).length <= 1,
          'only one of before, after, around, aroundTime',
        ),
      output: z.object({ items: z.array(Message), ...besideMessages, ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
    getMessage: query({
      rest: 'GET /v1/conversations/:conversationId/messages/:messageId',
      summary: 'One message, with what goes beside it.',
      input: z.strictObject({ conversationId, messageId }),
      output: z.object({ message: Message, ...besideMessages }),
      errors: ['not_found'],
    }),
    listVersions: query({
      rest: 'GET /v1/conversations/:conversationId/messages/:messageId/versions',
      summary: 'What a message said before it was edited, oldest first. A deleted message has none.',
      input: z.strictObject({
        conversationId,
        messageId,
        limit: limit.optional(),
        cursor: cursor.optional(),
      }),
      output: z.object({ items: z.array(MessageVersion), ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
  },
  events: {
    'message.created': MessageInThread,
    /** Edited, or brought back after it was deleted. */
    'message.updated': MessageInThread,
    'message.deleted': MessageInThread,
  },
});
