import * as z from 'zod';
import { conversationId, role, seq, time, userId } from '../fields.js';

/** Somebody's place in a conversation. */
export const Member = z.object({
  conversationId,
  userId,
  role,
  /** Rights they have beyond their role, and rights their role gives and they have not: bits of `rights`. */
  allow: z.int(),
  deny: z.int(),
  /** May not speak before; also when it has passed. Null when nobody muted them since they came. */
  mutedUntil: time.nullable(),
  /** The seq at which they came in. */
  joinedSeq: seq,
  joinedAt: time,
  /** The seq that last touched it; of two copies the one with the larger rev is newer. */
  rev: seq,
});
export type Member = z.output<typeof Member>;
