import type { ErrorFrame, ResultFrame, UpFrame } from '@parley/protocol/wire';
import { toParleyError } from '../lib/to-parley-error.js';
import { type Carrier, CarrierLost } from './carrier.js';

/** Commands as calls on the socket, and their answers back to whom they belong. */
export interface SocketCarrier {
  readonly carry: Carrier;
  readonly receive: (frame: ResultFrame | ErrorFrame) => void;
  /** A socket is gone: the calls on it that had no answer are thrown back; all of them without `ids`. */
  readonly lost: (ids?: readonly string[]) => void;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** @param send  false when there is no socket to send on */
export function createSocketCarrier(send: (frame: UpFrame) => boolean): SocketCarrier {
  const waiting = new Map<string, Waiting>();
  let count = 0;
  return {
    carry: ({ operation, input, opId }) =>
      new Promise((resolve, reject) => {
        count += 1;
        const id = String(count);
        waiting.set(id, { resolve, reject });
        const hasLeft = send({ type: 'call', id, operation, input, ...(opId === undefined ? {} : { opId }) });
        if (hasLeft) return;
        waiting.delete(id);
        reject(new CarrierLost('The connection was lost.'));
      }),
    receive(frame) {
      const call = waiting.get(frame.id ?? '');
      if (call === undefined) return;
      waiting.delete(frame.id ?? '');
      if (frame.type === 'result') call.resolve(frame.result);
      else call.reject(toParleyError(frame.error));
    },
    lost(ids = [...waiting.keys()]) {
      for (const id of ids) {
        const call = waiting.get(id);
        waiting.delete(id);
        call?.reject(new CarrierLost('The connection was lost.'));
      }
    },
  };
}
