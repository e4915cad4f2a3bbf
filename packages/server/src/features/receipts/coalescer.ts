/**
 * Gathers marks and writes them in one statement.
 *
 * - Marks of one row merge while they wait, so a reader who scrolls costs one write, not one a message.
 * - What follows from something else (`soon`: one has sent, hence read) waits up to half a second; what somebody asked for (`now`) goes at once, and takes
 *   along whatever waits. One write is under way at a time: calls that come meanwhile share the next one.
 * - The promise of `now` resolves after the commit. A failed write rejects its callers; what came by `soon` is put back and goes with the next one, and
 *   that does no harm, since writing a mark twice is writing it once.
 * - Above `maxPending` rows new ones are refused, by `now` with an error and by `soon` in silence: unread counts of a drowning node may lag.
 */
import { ParleyError } from '@parley/protocol';
import { isRetryable } from '../../db/database-error.js';
import type { Clock } from '../../lib/clock.js';
import { keyOf, type Mark, type Marked, mergeMarks } from './mark.js';

const soonMs = 500;
const maxBatch = 500;
const maxPending = 20_000;
const maxAttempts = 4;

export interface CoalescerOptions {
  /** Writes marks, each row at most once, and answers those that found their row. */
  readonly write: (marks: readonly Mark[]) => Promise<Marked[]>;
  /** Told what was written, after the commit. */
  readonly onMarked: (marked: readonly Marked[]) => void;
  /** Told why a write failed that nobody waits for. */
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

interface Pending {
  mark: Mark;
  readonly waiters: Waiter[];
}

interface Waiter {
  readonly resolve: (marked: Marked | undefined) => void;
  readonly reject: (error: unknown) => void;
}

export class MarkCoalescer {
  readonly #options: CoalescerOptions;
  #pending = new Map<string, Pending>();
  #running: Promise<void> | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(options: CoalescerOptions) {
    this.#options = options;
  }

  /** Resolves with what the row says after the commit; undefined when there is no such row. */
  now(mark: Mark): Promise<Marked | undefined> {
    const pending = this.#add(mark);
    if (pending === undefined) return Promise.reject(new ParleyError('overloaded', { retryAfterMs: 1000 }));
    return new Promise((resolve, reject) => {
      pending.waiters.push({ resolve, reject });
      this.#start();
    });
  }

  soon(mark: Mark): void {
    if (this.#add(mark) !== undefined) this.#startSoon();
  }

  /** Writes what waits and ends. */
  async close(): Promise<void> {
    this.#stopTimer?.();
    while (this.#running !== undefined) await this.#running;
    if (this.#pending.size > 0) await this.#run();
    this.#stopTimer?.();
  }

  /** Undefined when there is no room for another row. */
  #add(mark: Mark): Pending | undefined {
    const key = keyOf(mark);
    const existing = this.#pending.get(key);
    if (existing !== undefined) {
      existing.mark = mergeMarks(existing.mark, mark);
      return existing;
    }
    if (this.#pending.size >= maxPending) return undefined;
    const pending = { mark, waiters: [] };
    this.#pending.set(key, pending);
    return pending;
  }

  #startSoon(): void {
    this.#stopTimer ??= this.#options.clock.after(soonMs, () => {
      this.#stopTimer = undefined;
      this.#start();
    });
  }

  #start(): void {
    if (this.#running !== undefined) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      // What came while the last batch was on its way and nobody waits for has its timer; what somebody waits for goes now.
      if ([...this.#pending.values()].some(({ waiters }) => waiters.length > 0)) this.#start();
    });
  }

  async #run(): Promise<void> {
    // Calls of one turn share a statement.
    await Promise.resolve();
    const batches = cut([...this.#pending.values()]);
    this.#pending = new Map();
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    for (const batch of batches) await this.#settle(batch);
  }

  async #settle(batch: readonly Pending[]): Promise<void> {
    try {
      const marked = await this.#write(batch.map(({ mark }) => mark));
      const byKey = new Map(marked.map((one) => [keyOf(one.mark), one]));
      this.#options.onMarked(marked);
      for (const { mark, waiters } of batch)
        for (const waiter of waiters) waiter.resolve(byKey.get(keyOf(mark)));
    } catch (error) {
      this.#settleFailed(batch, error);
    }
  }

  async #write(marks: readonly Mark[]): Promise<Marked[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#options.write(marks);
      } catch (error) {
        if (!isRetryable(error) || attempt === maxAttempts) throw error;
      }
    }
  }

  #settleFailed(batch: readonly Pending[], error: unknown): void {
    const unheard = batch.filter(({ waiters }) => waiters.length === 0);
    for (const { waiters } of batch) for (const waiter of waiters) waiter.reject(error);
    if (unheard.length === 0) return;
    this.#options.onError(error);
    for (const { mark } of unheard) {
      const newer = this.#pending.get(keyOf(mark));
      if (newer !== undefined) newer.mark = mergeMarks(mark, newer.mark);
      else this.#add(mark);
    }
    this.#startSoon();
  }
}

function cut(pending: readonly Pending[]): Pending[][] {
  const batches: Pending[][] = [];
  for (let from = 0; from < pending.length; from += maxBatch)
    batches.push(pending.slice(from, from + maxBatch));
  return batches;
}
