import * as z from 'zod';
import { conversationId, messageId, seq, time, userId } from '../fields.js';

/** How many people reacted to a message with one emoji. */
export const ReactionCount = z.object({ emoji: z.string(), count: z.int() });
export type ReactionCount = z.output<typeof ReactionCount>;

/** A message as every member sees it. Its row is its entry in the log: `seq` places it, `id` names it. */
export const Message = z.object({
  /** The id of the command that sent it, made by the sender. */
  id: messageId,
  conversationId,
  seq,
  /** The seq that last touched it; of two copies the one with the larger rev is newer. */
  rev: seq,
  /** Dense count of messages in its scope, the conversation or the thread, from 1. */
  ord: seq,
  /** The root of the thread it is a reply in; null in the conversation itself. */
  threadId: messageId.nullable(),
  /** The message it answers, quoted beside the page it comes with. */
  replyToId: messageId.nullable(),
  senderId: userId,
  type: z.enum(['text']),
  /** Empty once it is deleted. */
  content: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  /** In the order in which the emojis were first used. */
  reactions: z.array(ReactionCount),
  at: time,
  editedAt: time.nullable(),
  /** Deleted messages keep their place, and nothing else. */
  deletedAt: time.nullable(),
});
export type Message = z.output<typeof Message>;
