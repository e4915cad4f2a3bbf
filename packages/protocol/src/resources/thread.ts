import * as z from 'zod';
import { conversationId, messageId, seq, time } from '../fields.js';

/** The replies under a message, counted. */
export const Thread = z.object({
  conversationId,
  /** The message under which they stand. */
  rootId: messageId,
  /** Replies that are not deleted. */
  replyCount: z.int(),
  /** The ord of the latest reply. */
  lastOrd: seq,
  /** The seq of the latest reply. */
  lastSeq: seq,
  lastReplyAt: time,
  /** The seq that last touched it. */
  rev: seq,
});
export type Thread = z.output<typeof Thread>;
