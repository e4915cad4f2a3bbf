import type { OperationName } from '@parley/protocol/wire';
import type { Answer } from '../support/answer.js';
import type { Person } from '../support/people.js';
import { RestClient, type RestResponse } from '../support/rest-client.js';
import type { World } from './world.js';

/** A call as the suites write it, for either transport. */
export interface Call {
  readonly operation: OperationName;
  readonly input: Readonly<Record<string, unknown>>;
  /** Undefined for somebody without an account. On the socket nobody is anonymous and server keys open none, so there it is somebody who does not matter. */
  readonly as: Person | undefined;
  readonly opId?: string | undefined;
}

export interface Reply {
  readonly answer: Answer;
  /** What came over REST. */
  readonly response?: RestResponse;
}

export interface Transport {
  readonly name: 'REST' | 'socket';
  send(world: World, call: Call): Promise<Reply>;
}

export const rest: Transport = {
  name: 'REST',
  send: ({ url }, { operation, input, as, opId }) =>
    new RestClient(url, as?.token).callInFull(operation, input, opId),
};

export const socket: Transport = {
  name: 'socket',
  send: async (world, { operation, input, as, opId }) => ({
    answer: await (await world.socketOf(as === undefined || as === world.server ? world.stranger : as)).call(
      operation,
      input,
      opId,
    ),
  }),
};

export const transports: readonly Transport[] = [rest, socket];
