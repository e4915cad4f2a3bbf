/**
 * A bucket of tokens kept as one number: the moment at which it is full again.
 *
 * - Each token takes `perTokenMs` to come back. What is owed is the time until the bucket is full; it holds at most `burstMs` of that.
 * - A bucket that is full is the same as none: it can be forgotten.
 * - Times are milliseconds of the limiter's own count, small numbers that lose nothing when fractions are added for weeks.
 */
import type { RateLimitRule } from '../config/rate-limits.js';

export interface Bucket {
  /** Names it among all nodes, together with its rule. */
  readonly first: string;
  readonly second: string | undefined;
  fullAt: number;
  /** Taken since other nodes were told. */
  untold: number;
}

/** A rule in the units the arithmetic wants. */
export interface Pace {
  readonly perTokenMs: number;
  readonly burstMs: number;
}

export function paceOf({ limit, windowSeconds, burst }: RateLimitRule): Pace {
  const perTokenMs = (windowSeconds * 1000) / limit;
  return { perTokenMs, burstMs: burst * perTokenMs };
}

/** Fractions that were rounded away must not refuse what is due now. */
const roundingMs = 0.001;

/** Milliseconds until `cost` tokens can be taken; 0 when now. What costs more than the bucket can hold waits until it is full. */
export function waitOf(bucket: Pick<Bucket, 'fullAt'>, pace: Pace, { now, cost }: Taking): number {
  const owedMs = Math.max(bucket.fullAt - now, 0);
  const missingMs = owedMs + Math.min(cost * pace.perTokenMs, pace.burstMs) - pace.burstMs;
  return missingMs > roundingMs ? missingMs : 0;
}

export interface Taking {
  readonly now: number;
  readonly cost: number;
}

/** Tokens that can be taken at once. */
export function remainingOf(bucket: Pick<Bucket, 'fullAt'>, pace: Pace, now: number): number {
  const owedMs = Math.max(bucket.fullAt - now, 0);
  return Math.max(0, Math.floor((pace.burstMs - owedMs + roundingMs) / pace.perTokenMs));
}
