const baseMs = 500;
const capMs = 20_000;

/**
 * How long to wait before the next attempt: anything between nothing and a bound that doubles from half a second to twenty. Full jitter
 * spreads clients that lost the same server evenly (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempt  from 1
 * @param random  at least 0, below 1
 */
export function backoffMs(attempt: number, random: number): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 10)));
}
