import type { OpId } from '@parley/protocol';
import type { Actor, ServerCaller } from '../access/actor.js';
import type { RegisteredOperation } from './registry.js';

/** An operation somebody wants, as it came. */
export interface Call {
  readonly operation: RegisteredOperation;
  readonly input: unknown;
  /** Undefined for a caller without a token, and for software that acts as nobody. */
  readonly actor: Actor | undefined;
  /** Set for software of the deployment's own that acts as nobody. */
  readonly server?: ServerCaller | undefined;
  /** The command's name, for operations whose input has no `id`. */
  readonly opId: OpId | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly abortSignal?: AbortSignal;
  /** Where it came from, as rates are counted; undefined where they are not: in process, and for software of the deployment's own. */
  readonly address?: string | undefined;
  /** What the client calls itself. */
  readonly userAgent?: string | undefined;
}

export type Execute = (call: Call) => Promise<unknown>;
