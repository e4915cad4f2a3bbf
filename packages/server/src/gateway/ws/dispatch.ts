import { type ErrorFrame, ParleyError, type ResultFrame } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { ParsedFrame } from './parse-frame.js';
import type { SocketServices } from './socket-services.js';

/** Carries out a call and gives its one answer. Never rejects. Enters the command's lane before it returns. */
export async function dispatchCall(
  services: SocketServices,
  actor: Actor,
  frame: Extract<ParsedFrame, { type: 'call' }>,
): Promise<ResultFrame | ErrorFrame> {
  try {
    const operation = services.registry.operations.get(frame.operation);
    if (operation === undefined) throw new ParleyError('unknown_operation');
    const result = await services.execute({ operation, input: frame.input, actor, opId: frame.opId });
    return { type: 'result', id: frame.id, result };
  } catch (error) {
    return { type: 'error', id: frame.id, error: services.toParleyError(error).toBody(services.newId()) };
  }
}
