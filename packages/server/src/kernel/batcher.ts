/**
 * Group commit without a timer. What arrives while a flush is under way is the next flush.
 *
 * - Every conversation has a lane: a queue and at most one flush or exclusive work under way, so its operations commit and are published in the
 *   order they came. Lanes do not wait for each other.
 * - A flush takes from a lane up to the first operation that would meet another one of the same flush (`flush-part.ts`).
 * - Up to `maxFlushes` flushes run, each taking what is ready: at most 256 operations or 512 KiB. Idle latency is one commit; under load batches grow.
 * - Operations whose conversation somebody else holds come back `busy`. They keep their lane and go again in a flush of their own that waits.
 * - Deadlock, serialization failure, lock or statement timeout: the same batch again, with jitter. Connection lost: the outcome is unknown, and the same batch again
 *   finds out, because repeats answer. Any other error is a poison operation: the batch is halved until it stands alone and only it fails.
 * - Above `maxQueued` operations new ones are refused at once as `overloaded`: an honest no beats an answer that comes too late.
 */
import { type ChatEvent, type ConversationId, ParleyError } from '@parley/protocol';
import { isConnectionLost, isRetryable } from '../db/database-error.js';
import type { Operation } from './command.js';
import type { Flush, Verdict } from './flush.js';
import { FlushPart } from './flush-part.js';

const maxOperations = 256;
const maxBytes = 512 * 1024;

export interface BatcherOptions {
  readonly flush: Flush;
  /** Called with the events of what was applied, and which of them not every member may be told, in the order of each conversation, before the promises resolve. */
  readonly onApplied: (events: readonly ChatEvent[], withheld: ReadonlySet<ChatEvent>) => void;
  /** Told of an operation that failed for a reason nobody foresaw. */
  readonly onPoison: (error: unknown) => void;
  readonly onFlush?: (operations: number, seconds: number) => void;
  readonly random: () => number;
  /** Waits that many milliseconds. */
  readonly delay: (ms: number) => Promise<void>;
  /** @default 2 */
  readonly maxFlushes?: number;
  /** @default 20_000 */
  readonly maxQueued?: number;
  /** Exclusive works under way; below the size of the pool, or works waiting for locks would leave flushes without a connection. @default 4 */
  readonly maxExclusives?: number;
}

/** The final word on an operation. */
export type DecidedVerdict = Exclude<Verdict, { status: 'busy' }>;

interface PendingOperation {
  readonly kind: 'operation';
  readonly operation: Operation;
  readonly resolve: (verdict: DecidedVerdict) => void;
  readonly reject: (error: unknown) => void;
}

interface ExclusiveWork {
  readonly kind: 'exclusive';
  readonly run: () => Promise<void>;
}

interface Lane {
  readonly conversationId: ConversationId;
  readonly queue: (PendingOperation | ExclusiveWork)[];
  isBusy: boolean;
}

export class Batcher {
  readonly #options: Required<Pick<BatcherOptions, 'maxFlushes' | 'maxQueued' | 'maxExclusives'>> &
    BatcherOptions;
  readonly #lanes = new Map<ConversationId, Lane>();
  /** Lanes that have something to do and nothing under way, oldest first. */
  #ready: Lane[] = [];
  #flushes = 0;
  #exclusives = 0;
  #queued = 0;
  #isPumpScheduled = false;
  #idleWaiters: (() => void)[] = [];

  constructor(options: BatcherOptions) {
    this.#options = { maxFlushes: 2, maxQueued: 20_000, maxExclusives: 4, ...options };
  }

  /** Operations waiting or under way. */
  get queued(): number {
    return this.#queued;
  }

  /** Resolves with the verdict once it is durable. Enqueues before it returns, so callers keep their order. */
  submit(operation: Operation): Promise<DecidedVerdict> {
    if (this.#queued >= this.#options.maxQueued)
      return Promise.reject(new ParleyError('overloaded', { retryAfterMs: 1000 }));
    return new Promise((resolve, reject) => {
      this.#enqueue(operation.conversationId, { kind: 'operation', operation, resolve, reject });
    });
  }

  /** Runs work that locks the conversation itself, alone in its lane. */
  exclusive<T>(conversationId: ConversationId, work: () => Promise<T>): Promise<T> {
    if (this.#queued >= this.#options.maxQueued)
      return Promise.reject(new ParleyError('overloaded', { retryAfterMs: 1000 }));
    return new Promise((resolve, reject) => {
      this.#enqueue(conversationId, { kind: 'exclusive', run: () => work().then(resolve, reject) });
    });
  }

  /** Resolves when nothing is waiting or under way. */
  async drain(): Promise<void> {
    while (this.#queued > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  #enqueue(conversationId: ConversationId, item: PendingOperation | ExclusiveWork): void {
    this.#queued += 1;
    let lane = this.#lanes.get(conversationId);
    if (lane === undefined) {
      lane = { conversationId, queue: [], isBusy: false };
      this.#lanes.set(conversationId, lane);
    }
    lane.queue.push(item);
    if (!lane.isBusy && lane.queue.length === 1) this.#ready.push(lane);
    this.#schedulePump();
  }

  /** After the current turn's reads, so that frames that arrived together share a flush. */
  #schedulePump(): void {
    if (this.#isPumpScheduled) return;
    this.#isPumpScheduled = true;
    setImmediate(() => {
      this.#isPumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    this.#startExclusives();
    while (this.#flushes < this.#options.maxFlushes) {
      const batch = this.#takeBatch();
      if (batch.size === 0) break;
      this.#flushes += 1;
      void this.#flush(batch).finally(() => {
        this.#flushes -= 1;
        this.#schedulePump();
      });
    }
  }

  #startExclusives(): void {
    const remaining: Lane[] = [];
    for (const lane of this.#ready) {
      const [first] = lane.queue;
      if (first?.kind !== 'exclusive' || this.#exclusives >= this.#options.maxExclusives) {
        remaining.push(lane);
        continue;
      }
      lane.queue.shift();
      lane.isBusy = true;
      this.#exclusives += 1;
      void first.run().finally(() => {
        this.#exclusives -= 1;
        this.#release(lane, 1);
        this.#schedulePump();
      });
    }
    this.#ready = remaining;
  }

  /**
   * Takes operations from the ready lanes, each from the front, until the batch is full. A lane is busy until its part is decided. The oldest lane
   * says whether the flush is one of plain messages, which is several times cheaper; lanes of the other sort are left for the flush beside it.
   */
  #takeBatch(): Map<Lane, PendingOperation[]> {
    const batch = new Map<Lane, PendingOperation[]>();
    let operations = 0;
    let bytes = 0;
    let isPlain: boolean | undefined;
    const left: Lane[] = [];
    for (const lane of this.#ready) {
      // Most lanes of a full batch are only passed by; looking into them would cost more than the batch.
      const isFull = operations >= maxOperations || bytes >= maxBytes;
      if (isFull || lane.queue[0]?.kind !== 'operation') {
        left.push(lane);
        continue;
      }
      const part = takePart(lane.queue, { operations: maxOperations - operations, bytes: maxBytes - bytes });
      isPlain ??= part.isPlain;
      if (part.isPlain !== isPlain) {
        left.push(lane);
        continue;
      }
      operations += part.items.length;
      bytes += part.bytes;
      lane.queue.splice(0, part.items.length);
      lane.isBusy = true;
      batch.set(lane, part.items);
    }
    this.#ready = left;
    return batch;
  }

  async #flush(batch: ReadonlyMap<Lane, PendingOperation[]>): Promise<void> {
    const pending = [...batch.values()].flat();
    const busy = new Set(await this.#settle(pending, false));
    for (const [lane, part] of batch) {
      const again = busy.size === 0 ? [] : part.filter((item) => busy.has(item));
      if (again.length === 0) this.#release(lane, part.length);
      else void this.#settleWaiting(lane, part.length, again);
    }
  }

  /** A lane somebody else holds waits for itself, outside the flushes of the others. */
  async #settleWaiting(lane: Lane, partLength: number, pending: PendingOperation[]): Promise<void> {
    let busy = pending;
    while (busy.length > 0) busy = await this.#settle(busy, true);
    this.#release(lane, partLength);
  }

  /** Runs a batch until every operation has an answer; returns those that are busy. */
  async #settle(pending: PendingOperation[], wait: boolean): Promise<PendingOperation[]> {
    const operations = pending.map((item) => item.operation);
    const startedAt = performance.now();
    let verdicts: Verdict[];
    try {
      verdicts = await this.#flushWithRetries(operations, wait);
    } catch (error) {
      return this.#settleFailed(pending, wait, error);
    }
    this.#options.onFlush?.(pending.length, (performance.now() - startedAt) / 1000);
    this.#options.onApplied(
      verdicts.flatMap((verdict) => (verdict.status === 'applied' ? verdict.event : [])),
      withheldOf(verdicts),
    );
    return pending.filter((item, index) => {
      const verdict = verdicts[index];
      if (verdict === undefined) item.reject(new Error('the database gave no verdict'));
      else if (verdict.status === 'busy') return true;
      else item.resolve(verdict);
      return false;
    });
  }

  /** The batch cannot be applied as it is: halve it until the operation at fault stands alone. */
  async #settleFailed(
    pending: PendingOperation[],
    wait: boolean,
    error: unknown,
  ): Promise<PendingOperation[]> {
    if (error instanceof ParleyError || pending.length === 1) {
      if (!(error instanceof ParleyError)) this.#options.onPoison(error);
      const answer = error instanceof ParleyError ? error : new ParleyError('internal', { cause: error });
      for (const item of pending) item.reject(answer);
      return [];
    }
    const half = Math.ceil(pending.length / 2);
    const busy = await this.#settle(pending.slice(0, half), wait);
    // What is behind a busy operation of its conversation stays behind it, also when the conversation is free by now.
    const held = new Set(busy.map(({ operation }) => operation.conversationId));
    const rest = pending.slice(half);
    const behind = rest.filter(({ operation }) => held.has(operation.conversationId));
    const free = rest.filter(({ operation }) => !held.has(operation.conversationId));
    return [...busy, ...behind, ...(free.length === 0 ? [] : await this.#settle(free, wait))];
  }

  /** Eight attempts over some five seconds. */
  async #flushWithRetries(operations: Operation[], wait: boolean): Promise<Verdict[]> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#options.flush(operations, { wait });
      } catch (error) {
        const isLost = isConnectionLost(error);
        if (!isLost && !isRetryable(error)) throw error;
        if (attempt === 7) throw new ParleyError('unavailable', { retryAfterMs: 1000, cause: error });
        await this.#options.delay(Math.min(1500, 25 * 2 ** attempt) * (0.5 + this.#options.random()));
      }
    }
  }

  #release(lane: Lane, count: number): void {
    this.#queued -= count;
    lane.isBusy = false;
    if (lane.queue.length > 0) this.#ready.push(lane);
    else this.#lanes.delete(lane.conversationId);
    if (this.#queued === 0) for (const wake of this.#idleWaiters.splice(0)) wake();
    if (this.#ready.length > 0) this.#schedulePump();
  }
}

/** What a flush may take from the front of a queue. */
function takePart(
  queue: Lane['queue'],
  room: { readonly operations: number; readonly bytes: number },
): { readonly items: PendingOperation[]; readonly isPlain: boolean; readonly bytes: number } {
  const part = new FlushPart();
  const items: PendingOperation[] = [];
  for (const item of queue) {
    if (item.kind !== 'operation' || items.length >= room.operations || part.bytes >= room.bytes) break;
    if (!part.take(item.operation)) break;
    items.push(item);
  }
  return { items, isPlain: part.isPlain, bytes: part.bytes };
}

const nothingWithheld: ReadonlySet<ChatEvent> = new Set();

/** The events among the verdicts that not every member may be told. */
function withheldOf(verdicts: readonly Verdict[]): ReadonlySet<ChatEvent> {
  let withheld: Set<ChatEvent> | undefined;
  for (const verdict of verdicts)
    if (verdict.status === 'applied' && verdict.isWithheld === true)
      withheld = (withheld ?? new Set()).add(verdict.event);
  return withheld ?? nothingWithheld;
}
