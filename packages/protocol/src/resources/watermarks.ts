import * as z from 'zod';
import { seq } from '../fields.js';

/** How far somebody has come in a conversation, or in one thread of it. Only they themselves get it. */
export const Watermarks = z.object({
  /** They have read what stands at or below this seq. It never goes back. */
  readSeq: seq,
  /** One of their devices has what stands at or below this seq. At least `readSeq`; it never goes back. */
  deliveredSeq: seq,
  /** Messages of others and of their own above what was read, deleted ones left out. Replies count in their thread, and there only if it is followed. */
  unreadCount: z.int(),
  /** Where they marked the conversation unread again; null once they read on. It changes neither `readSeq` nor `unreadCount`. */
  unreadFromSeq: seq.nullable(),
});
export type Watermarks = z.output<typeof Watermarks>;
