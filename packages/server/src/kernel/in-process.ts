import {
  type Input,
  isUuid,
  listOperations,
  type OperationName,
  type OpId,
  type Output,
  ParleyError,
  type ServerOperationName,
  type UserId,
} from '@parley/protocol';
import { type Actor, defaultTenantId, inProcessSessionId } from '../access/actor.js';
import type { Call, Execute } from './call.js';
import type { Registry } from './registry.js';

export interface CallOptions {
  /** Names the command, a UUID: given again, it has one effect and the same answer. Not for inputs with an `id`, which is the name. */
  readonly opId?: string;
}

type CallsOf<Names extends OperationName> = {
  readonly [Name in Names]: (input: Input<Name>, options?: CallOptions) => Promise<Output<Name>>;
};

/** The contract's operations as functions. They throw `ParleyError`, as over HTTP; `unknown_operation` where the configuration has hidden one. */
export type Calls = CallsOf<Exclude<OperationName, ServerOperationName>>;

/** What a server key may do as nobody in particular, as functions. */
export type SystemCalls = CallsOf<ServerOperationName>;

interface CallParts {
  readonly registry: Pick<Registry, 'operations'>;
  readonly execute: Execute;
}

/** The operations as one person, through parsing, rights, batcher and log, without a transport. Whoever has this needs no token. */
export function createCalls(parts: CallParts, actor: Actor): Calls {
  // The contract has every name of the type, and the handler under a name gives that operation's output.
  return callsOf(parts, { actor }) as unknown as Calls;
}

/** The operations that only software of the deployment's own may call. */
export function createSystemCalls(parts: CallParts): SystemCalls {
  // As above.
  return callsOf(parts, {
    actor: undefined,
    server: { tenantId: defaultTenantId },
  }) as unknown as SystemCalls;
}

function callsOf({ registry, execute }: CallParts, by: Pick<Call, 'actor' | 'server'>) {
  const calls: Record<string, (input: unknown, options?: CallOptions) => Promise<unknown>> = {};
  for (const [name, { operation }] of listOperations()) {
    if ((operation.access === 'server') !== (by.server !== undefined)) continue;
    calls[name] = async (input, options = {}) => {
      const registered = registry.operations.get(name);
      if (registered === undefined) throw new ParleyError('unknown_operation');
      return execute({ operation: registered, input, ...by, opId: parseOpId(options.opId) });
    };
  }
  return calls;
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
