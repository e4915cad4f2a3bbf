import { type ConversationId, hasRight, ParleyError, type Right, refusalOf, rights } from '@parley/protocol';
import type { Executor } from '../db/database.js';
import type { LockedHead } from '../eventlog/append.js';
import type { Actor } from './actor.js';
import { findReader, type Membership, type Reader } from './membership.store.js';

/**
 * The only decision point on conversations. Whoever may not see one gets `not_found`, whether it exists or not; `forbidden` is for
 * members who lack a right.
 */
export async function requireReadable(
  db: Executor,
  actor: Actor,
  conversationId: ConversationId,
): Promise<Reader> {
  const reader = await findReader(db, actor, conversationId);
  if (reader === undefined) throw new ParleyError('not_found');
  return reader;
}

/** Judges a command of a member, with head and membership read under the lock. Returns the membership. */
export function requireRight(
  head: LockedHead,
  membership: Membership | undefined,
  right: Right | 'member',
): Membership {
  if (membership === undefined || head.state === 'deleted') throw new ParleyError('not_found');
  // Leaving and the like need no right, and an archived conversation lets people go.
  if (right === 'member') return membership;
  if (head.state === 'archived') throw new ParleyError('conversation_archived');
  if (!hasRight({ roleRights: head.roleRights, ...membership }, right))
    throw new ParleyError(refusalOf(membership, rights[right]));
  return membership;
}

/** For what belongs to owners alone and can be given to nobody as a right. */
export function requireOwner({ role }: Membership): void {
  if (role !== 'owner') throw new ParleyError('forbidden');
}
