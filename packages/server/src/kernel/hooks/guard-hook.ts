import { ParleyError } from '@parley/protocol';
import type { Clock } from '../../lib/clock.js';
import type { OnHookFailure } from './hooks.js';

/** Hooks that decide about operations. */
export type DecidingHook = 'beforeCommand' | 'authorise';

export interface GuardOptions {
  readonly timeoutMs: number;
  readonly onFailure: OnHookFailure;
  readonly after: Clock['after'];
  /** Told of each failure, never of an input. */
  readonly onFailed: (hook: DecidingHook, operation: string, error: unknown) => void;
}

interface Guarded<Result> {
  readonly hook: DecidingHook;
  readonly operation: string;
  run(): Result | PromiseLike<Result>;
  /** The result of a hook that failed where failures are let through. */
  readonly otherwise: Result;
}

/**
 * Runs a hook under its limits. What it gives without a promise is given back without one. A `ParleyError` is its verdict and rises; anything else it
 * throws, and taking too long, is a failure: `unavailable`, or the result `otherwise`. What comes after its time is ignored.
 */
export function guardHook<Result>(
  options: GuardOptions,
  { hook, operation, run, otherwise }: Guarded<Result>,
): Result | Promise<Result> {
  const settleFailed = (error: unknown): Result => {
    if (error instanceof ParleyError) throw error;
    options.onFailed(hook, operation, error);
    if (options.onFailure === 'allow') return otherwise;
    throw new ParleyError('unavailable', { retryAfterMs: 1000, cause: error });
  };
  let result: Result | PromiseLike<Result>;
  try {
    result = run();
  } catch (error) {
    return settleFailed(error);
  }
  return isPromiseLike(result) ? withinLimit(result, options).catch(settleFailed) : result;
}

export function isPromiseLike<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

function withinLimit<Result>(
  result: PromiseLike<Result>,
  { after, timeoutMs }: Pick<GuardOptions, 'after' | 'timeoutMs'>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = after(timeoutMs, () => reject(new Error(`it took more than ${timeoutMs} ms`)));
    result.then(resolve, reject).then(stop);
  });
}
