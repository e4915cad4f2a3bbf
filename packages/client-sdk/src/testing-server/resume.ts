/** What whoever connects must know: how far each of their conversations goes, and what moved since they were here. */
import type { ConversationId, UserId } from '@parley/protocol/wire';
import type { State } from './state.js';

export interface ResumeState {
  /** For the next time. */
  readonly since: string;
  /** Conversations one is in that moved since, or in which one has read; all of them without a usable `since`. */
  readonly heads: ReadonlyMap<ConversationId, number>;
  /** All conversations one is in. */
  readonly memberships: ReadonlyMap<ConversationId, number>;
  /** Conversations that moved since and one is no longer in. */
  readonly gone: readonly ConversationId[];
  readonly userSeq: number;
  readonly hasOwnMoved: boolean;
}

export function readResume(state: State, userId: UserId, since: string | undefined): ResumeState {
  const seen = tickOf(state, since);
  const heads = new Map<ConversationId, number>();
  const memberships = new Map<ConversationId, number>();
  const gone: ConversationId[] = [];
  for (const log of state.logs.values()) {
    const member = log.members.get(userId);
    if (member === undefined) continue;
    const hasMoved = seen === undefined || log.movedTick > seen || member.markTick > seen;
    if (log.state !== 'deleted' && member.status === 'active') {
      memberships.set(log.id, log.entries.length);
      if (hasMoved) heads.set(log.id, log.entries.length);
    } else if (seen !== undefined && hasMoved) gone.push(log.id);
  }
  const person = state.people.get(userId);
  const userSeq = person?.ownLog.length ?? 0;
  const hasOwnMoved = userSeq > 0 && (seen === undefined || (person?.ownTick ?? 0) > seen);
  return { since: `t${state.tick}`, heads, memberships, gone, userSeq, hasOwnMoved };
}

/** What a `since` of this server counts; undefined for every other. */
function tickOf({ tick }: State, since: string | undefined): number | undefined {
  const match = /^t(\d{1,15})$/.exec(since ?? '');
  return match === null || Number(match[1]) > tick ? undefined : Number(match[1]);
}
