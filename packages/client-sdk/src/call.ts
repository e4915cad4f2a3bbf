import { type Input, type OperationName, type Output, ParleyError, routes } from '@parley/protocol/wire';
import type { ConnectionState } from './connection/connection-state.js';
import type { CallOptions, HttpCall } from './http.js';
import type { FreshIds } from './lib/fresh-ids.js';
import { ClientClosedError } from './lib/network-error.js';
import type { Outbox } from './outbox/outbox.js';

/**
 * Calls an operation by its name in the protocol.
 *
 * Queries travel over HTTP and fail with what went wrong. Commands wait for the server's verdict across lost connections, and commands on
 * one conversation are carried out in the order they were called; while the client was never told to `connect()`, they travel over HTTP too.
 *
 * @throws {ParleyError} the server's refusal
 * @throws {NetworkError} a query (or a command before `connect()`) got no answer
 * @throws {ClientClosedError} the client was closed first
 */
export type Call = <Name extends OperationName>(
  name: Name,
  input: Input<Name>,
  options?: CallOptions,
) => Promise<Output<Name>>;

export interface CallParts {
  readonly http: HttpCall;
  readonly outbox: Outbox;
  readonly ids: FreshIds;
  readonly state: () => ConnectionState;
}

export function createCall({ http, outbox, ids, state }: CallParts): Call {
  return async <Name extends OperationName>(name: Name, input: Input<Name>, options: CallOptions = {}) => {
    const now = state();
    if (now.status === 'closed' && now.reason === 'closed') throw new ClientClosedError();
    const { kind, access, repeats } = routes[name];
    // What needs no session has nothing to repeat it by, so it is tried once.
    if (kind === 'query' || access === 'anyone') return http(name, input, options);
    const opId = repeats === 'key' ? (options.opId ?? ids.make()) : undefined;
    const id = opId ?? ownId(input) ?? ids.make();
    const conversationId = 'conversationId' in input ? String(input.conversationId) : undefined;
    const submission = {
      id,
      operation: name,
      input,
      opId,
      // A conversation's commands share a lane, its creation included.
      lane: conversationId ?? id,
      conversationId,
      isKept: repeats !== 'none' || keptToo.has(name),
      mayHaveLeft: !ids.use(id),
      signal: options.signal,
    };
    const verdict = outbox.submit(submission);
    const end = endOf(now);
    // Its caller hears why nothing goes; where things outlive the page, it is kept for the next sign-in.
    if (end !== undefined) outbox.end(end);
    // The contract's own type: the server answers what it declares.
    return (await verdict) as Output<Name>;
  };
}

/** Why no command can be carried out any more in this state; undefined where waiting helps. */
export function endOf(state: ConnectionState): Error | undefined {
  if (state.status === 'unauthorized') return state.error;
  if (state.status !== 'closed' || state.reason === 'replaced') return undefined;
  return state.reason === 'closed' ? new ClientClosedError() : new ParleyError('unsupported_version');
}

/** What the server needs no name for because doing it twice is doing it once, and what a person expects to happen all the same. */
const keptToo = new Set<OperationName>([
  'sendMessages',
  'markRead',
  'markUnread',
  'followThread',
  'unfollowThread',
]);

function ownId(input: object): string | undefined {
  return 'id' in input && typeof input.id === 'string' ? input.id : undefined;
}
