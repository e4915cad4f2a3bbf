/**
 * Changes of what is somebody's own, in a transaction each.
 *
 * - The head of their log is locked first: two devices of a person take turns, and the numbers of their log have no hole.
 * - A repeat is looked for before anything else and answered as such. A transaction whose outcome is unknown runs again: the command's id tells
 *   whether it had happened.
 * - Whoever appended has their other devices told after the commit, on this node and elsewhere; the commit log has it in the same transaction.
 */
import { type OperationName, type OpId, ParleyError } from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import type { Tx } from '../db/database.js';
import { isConnectionLost, isRetryable } from '../db/database-error.js';
import { ownEntryKinds } from '../eventlog/own-entry-kinds.js';
import { appendOwnEntry, findOwnRepeat, lockOwnHead } from '../eventlog/own-log.js';
import { touchUsers } from '../eventlog/touched-users.js';
import type { Context, OwnContext } from './context.js';
import type { Handler } from './define-feature.js';
import type { ExclusiveOptions } from './exclusive.js';

/** What changes of one's own need of the rest. */
export interface OwnerOptions
  extends Pick<ExclusiveOptions, 'database' | 'newId' | 'delay' | 'random' | 'publish'> {
  /** Told after the commit whose own log went on. */
  readonly touchOwn: (userIds: readonly Actor['userId'][]) => void;
}

interface OwnerCall {
  readonly options: OwnerOptions;
  readonly ctx: Context & { readonly actor: Actor };
  readonly handler: Extract<Handler<OperationName>, { policy: 'owner' }>;
  /** Parsed by the contract of the handler's operation. */
  readonly input: never;
  readonly opId: OpId | undefined;
}

const maxAttempts = 8;

/** Runs a change of the actor's own and has their other devices told once it has committed. */
export async function runOwner(call: OwnerCall): Promise<unknown> {
  const { options, ctx } = call;
  // Without an id of the caller's the command gets one here, so that a repeat after a lost connection is still recognised.
  const opId = call.opId ?? (options.newId() as OpId);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const done = await options.database.transaction((tx) => runInTransaction({ ...call, opId }, tx));
      if (done.isLogged) options.touchOwn([ctx.actor.userId]);
      for (const work of done.works) work();
      return done.result;
    } catch (error) {
      if (!isConnectionLost(error) && !isRetryable(error)) throw error;
      if (attempt === maxAttempts) throw new ParleyError('unavailable', { retryAfterMs: 1000, cause: error });
      await options.delay(Math.min(1500, 25 * 2 ** (attempt - 1)) * (0.5 + options.random()));
    }
  }
}

interface Done {
  readonly result: unknown;
  /** The command stands in the log, added now or before. */
  readonly isLogged: boolean;
  readonly works: readonly (() => void)[];
}

async function runInTransaction(
  { options: { publish }, ctx, handler, input, opId }: OwnerCall & { readonly opId: OpId },
  tx: Tx,
): Promise<Done> {
  const { actor } = ctx;
  const { userId } = actor;
  // A token outlives its user by minutes at most.
  if (!(await lockOwnHead(tx, actor))) throw new ParleyError('session_revoked');
  const inside = { ...ctx, db: tx };
  const kind = ownEntryKinds[handler.entry];
  const first = await findOwnRepeat(tx, { userId, opId });
  if (first !== undefined && first.kind !== kind) throw new ParleyError('id_conflict');
  // After a lost connection this may be the first answer: that the devices are told again costs a look.
  if (first !== undefined)
    return { result: await handler.repeat(inside, input, first), isLogged: true, works: [] };
  let isLogged = false;
  const works: (() => void)[] = [];
  const own: OwnContext = {
    ...inside,
    tx,
    opId,
    append: (targets) => {
      isLogged = true;
      return appendOwnEntry(tx, { userId, kind, opId, targets });
    },
    emit: ({ event, joins = [], leaves = [] }) => {
      works.push(() => publish({ conversationId: event.conversationId, events: [event], joins, leaves }));
    },
    afterCommit: (work) => {
      works.push(work);
    },
  };
  const result = await handler.run(own, input);
  if (isLogged) await touchUsers(tx, [userId]);
  return { result, isLogged, works };
}
