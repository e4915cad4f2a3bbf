import {
  type ConversationId,
  type OperationName,
  type OpId,
  ParleyError,
  type UserId,
} from '@parley/protocol';
import { requireRight } from '../access/access.js';
import type { Actor } from '../access/actor.js';
import { findMembership } from '../access/membership.store.js';
import type { Database, Tx } from '../db/database.js';
import { isConnectionLost, isRetryable } from '../db/database-error.js';
import { appendEntry, findRepeat, lockHead } from '../eventlog/append.js';
import { entryKinds } from '../eventlog/entry-kinds.js';
import { touchUsers } from '../eventlog/touched-users.js';
import type { Publication } from '../fanout/broker.js';
import type { Context, Emission, ExclusiveContext } from './context.js';
import type { Handler, LoggedEntry } from './define-feature.js';
import type { Registry } from './registry.js';

type ExclusiveHandler = Extract<Handler<OperationName>, { policy: 'creator' | 'member' }>;

/** What rare commands need of the rest. */
export interface ExclusiveOptions {
  readonly database: Database;
  readonly registry: Registry;
  readonly publish: (publication: Publication) => void;
  /** Told after the commit whose memberships it changed. */
  readonly touch: (userIds: readonly UserId[]) => void;
  readonly newId: () => string;
  readonly delay: (ms: number) => Promise<void>;
  readonly random: () => number;
}

interface ExclusiveCall {
  readonly options: ExclusiveOptions;
  readonly ctx: Context & { readonly actor: Actor };
  readonly handler: ExclusiveHandler;
  /** Parsed by the contract of the handler's operation. */
  readonly input: never;
  readonly conversationId: ConversationId;
  readonly opId: OpId | null;
}

/**
 * Runs a rare command in a transaction of its own and publishes what it emitted once that has committed. A transaction whose outcome is unknown runs
 * again: the command's id tells whether it had happened.
 */
export async function runExclusive(call: ExclusiveCall): Promise<unknown> {
  const { options } = call;
  // Without an id of the caller's the command gets one here, so that a repeat after a lost connection is still recognised.
  const opId = call.opId ?? (options.newId() as OpId);
  for (let attempt = 0; ; attempt += 1) {
    const emissions: Emission[] = [];
    try {
      const result = await options.database.transaction(async (tx) => {
        const answer = await runInTransaction({ ...call, opId }, tx, emissions);
        await touchUsers(tx, peopleOf(emissions));
        return answer;
      });
      for (const { event, joins = [], leaves = [] } of emissions)
        options.publish({ conversationId: event.conversationId, events: [event], joins, leaves });
      options.touch(peopleOf(emissions));
      return result;
    } catch (error) {
      if (!isConnectionLost(error) && !isRetryable(error)) throw error;
      if (attempt === 7) throw new ParleyError('unavailable', { retryAfterMs: 1000, cause: error });
      await options.delay(Math.min(1500, 25 * 2 ** attempt) * (0.5 + options.random()));
    }
  }
}

/** Whose memberships changed. */
function peopleOf(emissions: readonly Emission[]): UserId[] {
  return emissions.flatMap(({ joins = [], leaves = [] }) => [...joins, ...leaves]);
}

async function runInTransaction(
  call: ExclusiveCall & { readonly opId: OpId },
  tx: Tx,
  emissions: Emission[],
): Promise<unknown> {
  const { handler, input, conversationId, opId } = call;
  const { actor } = call.ctx;
  const ctx: ExclusiveContext = {
    ...call.ctx,
    db: tx,
    tx,
    opId,
    emit: (emission) => {
      emissions.push(emission);
    },
  };
  if (handler.policy === 'creator') return handler.run(ctx, input, conversationId);
  const head = await lockHead(tx, actor.tenantId, conversationId);
  if (head === undefined) throw new ParleyError('not_found');
  const first = await findRepeat(tx, { conversationId, actorId: actor.userId, opId });
  const kind = entryKinds[handler.entry];
  if (first !== undefined && first.kind !== kind) throw new ParleyError('id_conflict');
  if (first !== undefined) return handler.repeat(ctx, input, first);
  const found = await findMembership(tx, conversationId, actor.userId);
  if (found === undefined && head.state !== 'deleted') {
    const answer = await handler.answerFormer?.(ctx, input);
    if (answer !== undefined) return answer;
  }
  const membership = requireRight(head, found, handler.right(input, actor));
  const entries: LoggedEntry[] = [];
  const result = await handler.run(
    {
      ...ctx,
      head,
      membership,
      append: async (targets) => {
        const entry = { conversationId, kind, actorId: actor.userId, opId, targets };
        const appended = await appendEntry(tx, entry);
        entries.push({ ...entry, ...appended });
        return appended;
      },
    },
    input,
  );
  if (entries.length > 0)
    for (const react of call.options.registry.reacts.get(handler.entry) ?? []) await react(tx, entries);
  return result;
}
