import { sha256 } from '@noble/hashes/sha2.js';
import { type ConversationId, format } from './ids.js';

/**
 * The id of the one direct conversation of two people: a UUID of version 8 from the SHA-256 of the tenant and both user ids in
 * order. Client and server compute the same id, so two people who write to each other at the same moment meet in one conversation.
 */
export function directConversationId(tenantId: string, userA: string, userB: string): ConversationId {
  const pair = userA < userB ? `${userA}:${userB}` : `${userB}:${userA}`;
  const bytes = sha256(new TextEncoder().encode(`parley:direct:${tenantId}:${pair}`)).slice(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  // A UUID made right here is a conversation's id by definition.
  return format(bytes) as ConversationId;
}
