/**
 * The start of a socket as one request, with a long poll: listen first, then read, then wait where there is nothing to tell, and read once more. Whatever
 * is published between reading and waiting was heard and ends the wait at once.
 */
import { type ConversationId, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import type { Cluster } from '../../db/cluster.js';
import { type ResumeState, readResumeState } from '../../eventlog/resume.js';
import type { QueryContext, Snapshot } from '../../kernel/context.js';
import { readChangesPage } from './changes-page.js';
import type { ListenToUser } from './wake-up.js';

export interface SyncDependencies {
  readonly cluster: Cluster;
  readonly listen: ListenToUser;
}

type SyncInput = ParsedInput<'sync'>;
type SyncOutput = Output<'sync'>;

/** Of each open conversation; what is left the client asks for by `listChanges`. */
const pageSize = 100;

export async function runSync(
  dependencies: SyncDependencies,
  ctx: QueryContext,
  input: SyncInput,
): Promise<SyncOutput> {
  const { waitMs = 0 } = input;
  if (waitMs === 0) return (await read(dependencies, ctx, input)).output;
  const listening = dependencies.listen(ctx.actor);
  try {
    const { output, state } = await read(dependencies, ctx, input);
    if (state.hasOwnMoved || tellsSomething(output)) return output;
    await listening.wait(state, { ms: waitMs, abortSignal: ctx.abortSignal });
  } finally {
    listening.end();
  }
  return (await read(dependencies, ctx, input)).output;
}

function read(
  { cluster }: SyncDependencies,
  ctx: QueryContext,
  input: SyncInput,
): Promise<{ output: SyncOutput; state: ResumeState }> {
  const isReset = input.epoch !== undefined && input.epoch !== cluster.epoch;
  return ctx.takeSnapshot(async (snapshot) => {
    const since = isReset ? undefined : input.since;
    const state = await readResumeState(snapshot.db, cluster, { actor: ctx.actor, since });
    if (!state.isSessionLive) throw new ParleyError('session_revoked');
    const open = isReset ? [] : (input.open ?? []);
    const hidden = open.flatMap(({ conversationId }) =>
      state.memberships.has(conversationId) ? [] : [conversationId],
    );
    const output: SyncOutput = {
      epoch: cluster.epoch,
      since: state.since,
      isReset,
      heads: [...state.heads],
      gone: [...new Set([...state.gone, ...hidden])],
      userSeq: state.userSeq,
      changes: await readChanges(ctx, snapshot, { open, memberships: state.memberships }),
    };
    return { output, state };
  });
}

async function readChanges(
  ctx: QueryContext,
  snapshot: Snapshot,
  {
    open,
    memberships,
  }: {
    readonly open: NonNullable<SyncInput['open']>;
    readonly memberships: ReadonlyMap<ConversationId, number>;
  },
): Promise<SyncOutput['changes']> {
  const changes: SyncOutput['changes'] = {};
  for (const { conversationId, seq } of open) {
    const head = memberships.get(conversationId);
    if (head === undefined || head === seq) continue;
    const page = await readChangesPage(ctx, snapshot, { conversationId, since: seq, limit: pageSize });
    if (page !== undefined) changes[conversationId] = page;
  }
  return changes;
}

function tellsSomething({ isReset, heads, gone, changes }: SyncOutput): boolean {
  return isReset || heads.length > 0 || gone.length > 0 || Object.keys(changes).length > 0;
}
