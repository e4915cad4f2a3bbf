const bucketsPerMs = 100;
const maxMs = 20_000;

/** Counts durations in steps of 10 us, up to 20 s; recording one costs an increment. */
export class Latencies {
  readonly #counts = new Uint32Array(maxMs * bucketsPerMs + 1);
  #total = 0;

  get total(): number {
    return this.#total;
  }

  record(ms: number): void {
    const bucket = Math.max(0, Math.min(maxMs * bucketsPerMs, Math.floor(ms * bucketsPerMs)));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total += 1;
  }

  /** The duration in milliseconds below which that part (0 to 1) of all lie. NaN when nothing was recorded. */
  quantile(part: number): number {
    if (this.#total === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(this.#total * part));
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return (bucket + 1) / bucketsPerMs;
    }
    return maxMs;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
  }
}
