/**
 * One number for how far a set of conversations goes, so that two sides notice that they differ without telling each other everything. A sum does not
 * depend on the order, and one conversation's part can be replaced in it. It is a hint: two different sets have the same number once in four thousand million.
 */
import type { ConversationId } from './ids.js';

/** FNV-1a over the characters of an id, as an unsigned 32-bit number. */
export function idHash(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1)
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** The digest of `[conversation, seq of its latest entry]` pairs: the sum of hash times seq, modulo 2^32. Zero for none. */
export function headsDigest(heads: Iterable<readonly [ConversationId, number]>): number {
  let digest = 0;
  for (const [conversationId, seq] of heads) digest = (digest + Math.imul(idHash(conversationId), seq)) | 0;
  return digest >>> 0;
}
