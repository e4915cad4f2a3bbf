import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { conversationId, cursor, limit, messageId, page, userId } from '../fields.js';
import { Message } from '../resources/message.js';
import { besideMessages, OwnThread } from '../resources/message-page.js';
import { Thread } from '../resources/thread.js';

/** A thread in a list of threads. What is the caller's own stands in `mine.threads` of the page. */
export const ThreadSummary = z.object({
  thread: Thread,
  /** The message under which it stands, as it is now. */
  root: Message,
  /** The latest reply that is not deleted; null when there is none. */
  lastReply: Message.nullable(),
  /** Up to five who wrote the latest hundred replies, the latest first. */
  participantIds: z.array(userId),
});
export type ThreadSummary = z.output<typeof ThreadSummary>;

export const threadsContract = defineContract('threads', {
  operations: {
    listReplies: query({
      rest: 'GET /v1/conversations/:conversationId/messages/:messageId/replies',
      summary:
        'A page of the thread under a message, oldest first: the latest replies, or those before or after a cursor. The thread itself is in `threads`.',
      input: z
        .strictObject({
          conversationId,
          messageId,
          limit: limit.optional(),
          before: z.string().max(200).optional(),
          after: z.string().max(200).optional(),
        })
        .refine(
          (given) => given.before === undefined || given.after === undefined,
          'only one of before, after',
        ),
      output: z.object({ items: z.array(Message), ...besideMessages, ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
    listThreads: query({
      rest: 'GET /v1/conversations/:conversationId/threads',
      summary:
        'The threads of a conversation that got a reply, those with the latest reply first. With `followed` only those the caller follows, or only the others.',
      input: z.strictObject({
        conversationId,
        followed: z.boolean().optional(),
        limit: limit.optional(),
        cursor: cursor.optional(),
      }),
      output: z.object({ items: z.array(ThreadSummary), ...besideMessages, ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
    followThread: command({
      rest: 'PUT /v1/conversations/:conversationId/threads/:rootId/follow',
      summary:
        'Follows a thread: its replies count as unread from where one has read it. Whoever wrote its root or a reply follows it already.',
      repeats: 'none',
      input: z.strictObject({ conversationId, rootId: messageId }),
      output: OwnThread,
      errors: ['not_found', 'forbidden'],
    }),
    unfollowThread: command({
      rest: 'DELETE /v1/conversations/:conversationId/threads/:rootId/follow',
      summary: 'Stops following a thread: nothing in it counts as unread any more, until one replies in it.',
      repeats: 'none',
      input: z.strictObject({ conversationId, rootId: messageId }),
      output: OwnThread,
      errors: ['not_found', 'forbidden'],
    }),
  },
  events: {},
  signals: {
    /** To whoever began or stopped to follow, on all their devices. */
    'thread.followed': z.object({ rootId: messageId, isFollowed: z.boolean() }),
  },
});
