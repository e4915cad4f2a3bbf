import { ParleyError } from '@parley/protocol';

/**
 * Runs expensive work, at most `concurrency` at once with at most `queueLimit` waiting; more is refused as `overloaded` at once. Password
 * hashes go through one, or log-in would be the cheapest way to stop a server.
 */
export class BoundedQueue {
  readonly #concurrency: number;
  readonly #queueLimit: number;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: { readonly concurrency: number; readonly queueLimit: number }) {
    this.#concurrency = options.concurrency;
    this.#queueLimit = options.queueLimit;
  }

  /** Whether more work would be refused right now. */
  get isFull(): boolean {
    return this.#running >= this.#concurrency && this.#waiting.length >= this.#queueLimit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#concurrency) this.#running += 1;
    else {
      if (this.#waiting.length >= this.#queueLimit)
        throw new ParleyError('overloaded', { retryAfterMs: 1000 });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      // The place is handed on, not freed: nobody can slip in between.
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
