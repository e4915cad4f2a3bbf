import { type ErrorFrame, ParleyError, type ResultFrame } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { ParsedFrame } from './parse-frame.js';
import type { SocketServices } from './socket-services.js';

type CallFrame = Extract<ParsedFrame, { type: 'call' }>;

interface Dispatching {
  readonly frame: CallFrame;
  readonly abortSignal: AbortSignal;
  /** Of the peer; undefined where rates are not counted. */
  readonly address: string | undefined;
}

/** Carries out a call and gives its one answer. Never rejects. Enters the command's lane before it returns. */
export async function dispatchCall(
  services: SocketServices,
  actor: Actor,
  { frame, abortSignal, address }: Dispatching,
): Promise<ResultFrame | ErrorFrame> {
  try {
    const operation = services.registry.operations.get(frame.operation);
    if (operation === undefined) throw new ParleyError('unknown_operation');
    const { input, opId } = frame;
    const result = await services.execute({ operation, input, actor, address, opId, abortSignal });
    return { type: 'result', id: frame.id, result };
  } catch (error) {
    return { type: 'error', id: frame.id, error: services.toParleyError(error).toBody(services.newId()) };
  }
}
