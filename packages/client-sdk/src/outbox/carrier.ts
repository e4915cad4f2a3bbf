import { ParleyError } from '@parley/protocol/wire';
import { NetworkError } from '../lib/network-error.js';

export interface Command {
  readonly operation: string;
  readonly input: object;
  readonly opId: string | undefined;
}

/** Takes a command to the server. */
export type Carrier = (command: Command) => Promise<unknown>;

/** Thrown by a carrier whose connection went before the answer came. */
export class CarrierLost extends NetworkError {}

/** What became of a command that left. */
export type Verdict =
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'refused'; readonly error: Error }
  /** Nothing is known: the connection went. Goes out again as soon as there is one. */
  | { readonly type: 'unknown' }
  /** It may pass later. `isAskedTooOften` says that the server takes it then; it is not one that stays busy. */
  | { readonly type: 'again'; readonly error: ParleyError; readonly isAskedTooOften: boolean };

export function judge(thrown: unknown): Verdict {
  const error = thrown instanceof Error ? thrown : new Error('A carrier failed.', { cause: thrown });
  if (error instanceof CarrierLost) return { type: 'unknown' };
  // Who is muted waits for a person, not for the server.
  if (!(error instanceof ParleyError) || !error.retryable || error.code === 'muted')
    return { type: 'refused', error };
  return { type: 'again', error, isAskedTooOften: error.code === 'rate_limited' };
}
