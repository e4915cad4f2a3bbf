import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { conversationId, messageId, seq, userId } from '../fields.js';
import { Watermarks } from '../resources/watermarks.js';

/** How far a member has come, as the others may know it. */
export const Receipt = z.object({ userId, readSeq: seq, deliveredSeq: seq });
export type Receipt = z.output<typeof Receipt>;

export const receiptsContract = defineContract('receipts', {
  operations: {
    markRead: command({
      rest: 'PUT /v1/conversations/:conversationId/read',
      summary:
        'Marks everything at or below a seq as read, in the conversation itself or in one thread of it. A seq above the latest entry means the latest; an earlier one than before changes nothing but takes back `markUnread`.',
      repeats: 'none',
      input: z.strictObject({ conversationId, seq, threadId: messageId.optional() }),
      output: Watermarks,
      errors: ['not_found', 'forbidden', 'overloaded'],
    }),
    markDelivered: command({
      rest: 'PUT /v1/conversations/:conversationId/delivered',
      summary: 'Tells that this device has everything at or below a seq. Reading tells it too.',
      repeats: 'none',
      input: z.strictObject({ conversationId, seq }),
      output: Watermarks,
      errors: ['not_found', 'forbidden', 'overloaded'],
    }),
    markUnread: command({
      rest: 'PUT /v1/conversations/:conversationId/unread',
      summary:
        'Marks the conversation as unread for yourself, from a seq on or, without one, from its latest message. What others see of your reading stays; reading takes the mark back.',
      repeats: 'none',
      input: z.strictObject({ conversationId, fromSeq: seq.optional() }),
      output: Watermarks,
      errors: ['not_found', 'forbidden', 'overloaded'],
    }),
    listReceipts: query({
      rest: 'GET /v1/conversations/:conversationId/receipts',
      summary:
        'How far each member has come. In a conversation of more than 100 members the list is empty and `isOmitted` is true.',
      input: z.strictObject({ conversationId }),
      output: z.object({ items: z.array(Receipt), isOmitted: z.boolean() }),
      errors: ['not_found'],
    }),
  },
  events: {},
  signals: {
    /** Not told of who sent something: with `message.created` they have read and received everything up to its seq. */
    'receipts.moved': z.object({ items: z.array(Receipt) }),
    /** Not told for a message of one's own either. */
    'receipt.own': z.object({
      readSeq: seq,
      deliveredSeq: seq,
      unreadFromSeq: seq.nullable(),
      /** The root of the thread these are of; null for the conversation itself. */
      threadId: messageId.nullable(),
    }),
  },
});
