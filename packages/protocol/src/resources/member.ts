import * as z from 'zod';
import { conversationId, role, seq, time, userId } from '../fields.js';

/** Somebody's place in a conversation. */
export const Member = z.object({
  conversationId,
  userId,
  role,
  /** The seq at which they came in. */
  joinedSeq: seq,
  joinedAt: time,
  /** The seq that last touched it; of two copies the one with the larger rev is newer. */
  rev: seq,
});
export type Member = z.output<typeof Member>;
