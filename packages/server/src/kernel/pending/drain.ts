/**
 * Carries out what apps wrote in transactions of their own, on the road of everybody: `execute`, and so the batcher.
 *
 * - Every node polls each 200 ms; an empty table costs one statement. Taken rows are leased, no transaction stays open meanwhile.
 * - Operations of one conversation go one after the other in the order they were written: an edit finds the message it edits. Conversations go beside each other.
 * - A row is deleted when its operation has its answer. A node that ends before that leaves it to the next one after the lease; the command's name
 *   makes the second time a repeat.
 * - What passes by itself (a busy server, a lost database) is tried again, with pauses up to half a minute, and holds up its conversation only.
 *   An unforeseen error is tried ten times. Everything else is refused: the row stays with its code, and the host is told.
 * - When a lease ends before the work, two nodes carry out the same rows in the same order: see `takeOperations`.
 */
import {
  type ErrorCode,
  type OperationName,
  ParleyError,
  type TenantId,
  type UserId,
} from '@parley/protocol';
import { inProcessSessionId } from '../../access/actor.js';
import type { Database } from '../../db/database.js';
import type { Clock } from '../../lib/clock.js';
import type { Execute } from '../call.js';
import type { Registry } from '../registry.js';
import {
  deleteOperations,
  hasDueOperations,
  type PendingOperation,
  postponeOperation,
  refuseOperation,
  takeOperations,
} from './pending.store.js';

const pollMs = 200;
const maxInFlight = 256;
const maxPauseMs = 30_000;
const maxUnforeseen = 10;

/** An operation that was allowed when it was written and is no more. */
export interface RefusedOperation {
  /** For `pendingOperations.discard`. */
  readonly id: number;
  readonly operation: OperationName;
  /** As it was given. */
  readonly input: unknown;
  readonly actor: { readonly tenantId: TenantId; readonly userId: UserId };
  readonly error: ParleyError;
}

/** For counters; called with what was added. */
export interface DrainMetrics {
  drained(count: number): void;
  refused(count: number): void;
}

export interface DrainOptions {
  readonly database: Database;
  readonly registry: Pick<Registry, 'operations'>;
  readonly execute: Execute;
  readonly clock: Pick<Clock, 'every'>;
  readonly random: () => number;
  /** What it throws goes to `onError`. */
  readonly onRefused: (refused: RefusedOperation) => unknown;
  /** Told once an outage, and of what nobody foresaw. */
  readonly onError: (error: unknown) => void;
  readonly metrics: DrainMetrics;
  /** How long rows belong to the node that took them. @default 10_000 */
  readonly leaseMs?: number;
}

type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'later'; readonly code: ErrorCode }
  | { readonly kind: 'refused'; readonly error: ParleyError };

export class PendingDrain {
  readonly #options: DrainOptions;
  readonly #running = new Set<Promise<void>>();
  #stopTimer: () => void = () => {};
  #inFlight = 0;
  #polling: Promise<void> | undefined;
  #mayHaveMore = false;
  #isFailing = false;
  #isClosed = false;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  start(): void {
    this.#stopTimer = this.#options.clock.every(pollMs, () => void this.poll());
  }

  /** Looks for work and starts it; resolves when it has started. Never rejects. */
  poll(): Promise<void> {
    this.#polling ??= this.#take().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  /** Resolves when what was taken has its answer, or waits again. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Takes nothing more and resolves when what is under way has its answer. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#stopTimer();
    await this.#polling;
    await this.settled();
  }

  async #take(): Promise<void> {
    const { database, leaseMs = 10_000, onError } = this.#options;
    const limit = maxInFlight - this.#inFlight;
    if (this.#isClosed || limit === 0) return;
    try {
      if (!(await hasDueOperations(database))) return;
      const rows = await takeOperations(database, { limit, leaseMs });
      this.#mayHaveMore = rows.length === limit;
      for (const lane of byConversation(rows)) this.#start(lane);
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing) onError(error);
      this.#isFailing = true;
    }
  }

  #start(lane: readonly PendingOperation[]): void {
    this.#inFlight += lane.length;
    const run = this.#carryOut(lane)
      .catch(this.#options.onError)
      .finally(() => {
        this.#inFlight -= lane.length;
        this.#running.delete(run);
        if (this.#mayHaveMore) void this.poll();
      });
    this.#running.add(run);
  }

  /** The rows of one conversation, until one of them has to wait. */
  async #carryOut(lane: readonly PendingOperation[]): Promise<void> {
    const { database, metrics } = this.#options;
    const done: number[] = [];
    try {
      for (const row of lane) {
        if (this.#isClosed)
          return await postponeOperation(database.kysely, row.id, { delayMs: 0, errorCode: null });
        const outcome = await this.#attempt(row);
        if (outcome.kind === 'later')
          return await postponeOperation(database.kysely, row.id, {
            delayMs: this.#pauseAfter(row),
            errorCode: outcome.code,
          });
        if (outcome.kind === 'refused') await this.#refuse(row, outcome.error);
        else done.push(row.id);
      }
    } finally {
      if (done.length > 0) {
        await deleteOperations(database.kysely, done);
        metrics.drained(done.length);
      }
    }
  }

  async #attempt(row: PendingOperation): Promise<Outcome> {
    const operation = this.#options.registry.operations.get(row.operation);
    // A newer node wrote it, and carries it out.
    if (operation === undefined) return { kind: 'later', code: 'unknown_operation' };
    const actor = { tenantId: row.tenantId, userId: row.userId, sessionId: inProcessSessionId };
    try {
      await this.#options.execute({ operation, input: row.input, actor, opId: row.opId });
      return { kind: 'done' };
    } catch (error) {
      const known = error instanceof ParleyError ? error : new ParleyError('internal', { cause: error });
      if (known.code === 'internal') this.#options.onError(error);
      return passes(known.code, row.attempts)
        ? { kind: 'later', code: known.code }
        : { kind: 'refused', error: known };
    }
  }

  async #refuse(row: PendingOperation, error: ParleyError): Promise<void> {
    const { database, metrics, onRefused, onError } = this.#options;
    if (!(await refuseOperation(database.kysely, row.id, error.code))) return;
    metrics.refused(1);
    const { id, tenantId, userId, input } = row;
    try {
      // It was found in the registry, whose names are the operations'.
      const operation = row.operation as OperationName;
      await onRefused({ id, operation, input, actor: { tenantId, userId }, error });
    } catch (failure) {
      onError(failure);
    }
  }

  #pauseAfter({ attempts }: PendingOperation): number {
    return Math.min(maxPauseMs, 100 * 2 ** Math.min(attempts, 20)) * (0.5 + this.#options.random() / 2);
  }
}

/** True for what the same operation may not meet again. Being muted is retryable for people; here it would hold up the conversation. */
function passes(code: ErrorCode, attempts: number): boolean {
  switch (code) {
    case 'overloaded':
    case 'unavailable':
    case 'rate_limited':
      return true;
    case 'internal':
      return attempts + 1 < maxUnforeseen;
    default:
      return false;
  }
}

function byConversation(rows: readonly PendingOperation[]): PendingOperation[][] {
  const lanes = new Map<string, PendingOperation[]>();
  for (const row of rows) {
    const lane = lanes.get(row.conversationId);
    if (lane === undefined) lanes.set(row.conversationId, [row]);
    else lane.push(row);
  }
  return [...lanes.values()];
}
