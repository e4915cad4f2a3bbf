import {
  type Input,
  isUuid,
  type OperationName,
  type OpId,
  type Output,
  ParleyError,
  type SessionId,
  type UserId,
} from '@parley/protocol';
import { type Actor, defaultTenantId } from '../access/actor.js';
import type { Execute } from './execute.js';
import type { Registry } from './registry.js';

/** The session of whoever acts in process. There is no row of it, so nobody can end it. */
// A constant in canonical form is a session's id by definition.
export const inProcessSessionId = '00000000-0000-4000-8000-000000000002' as SessionId;

export interface CallOptions {
  /** Names the command, a UUID: given again, it has one effect and the same answer. Not for inputs with an `id`, which is the name. */
  readonly opId?: string;
}

/** The contract's operations as functions. They throw `ParleyError`, as over HTTP. */
export type Calls = {
  readonly [Name in OperationName]: (input: Input<Name>, options?: CallOptions) => Promise<Output<Name>>;
};

/** The operations as one person, through parsing, rights, batcher and log, without a transport. Whoever has this needs no token. */
export function createCalls(
  { registry, execute }: { readonly registry: Pick<Registry, 'operations'>; readonly execute: Execute },
  actor: Actor,
): Calls {
  const calls: Record<string, (input: unknown, options?: CallOptions) => Promise<unknown>> = {};
  for (const [name, operation] of registry.operations)
    calls[name] = async (input, options = {}) =>
      execute({ operation, input, actor, opId: parseOpId(options.opId) });
  // The registry has every operation of the contract, and the handler under a name gives that operation's output.
  return calls as unknown as Calls;
}

/** Somebody of the deployment's own tenant who acts in process. Throws `validation_failed` for what is no id. */
export function inProcessActor(userId: string): Actor {
  if (!isUuid(userId)) throw invalid('userId');
  // Proved in the line above.
  return { tenantId: defaultTenantId, userId: userId as UserId, sessionId: inProcessSessionId };
}

/** Throws `validation_failed` for what is no UUID in canonical form. */
export function parseOpId(opId: string | undefined): OpId | undefined {
  if (opId !== undefined && !isUuid(opId)) throw invalid('opId');
  // Proved in the line above.
  return opId as OpId | undefined;
}

function invalid(path: string): ParleyError {
  return new ParleyError('validation_failed', { details: [{ path, rule: 'a UUID in lower case' }] });
}
