import type { UpFrame } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { CarrierLost } from './carrier.js';
import { createSocketCarrier } from './socket-carrier.js';

const command = { operation: 'sendMessage', input: {}, opId: undefined };

function setUp() {
  const sent: UpFrame[] = [];
  const carrier = createSocketCarrier((frame) => sent.push(frame) > 0);
  return { sent, carrier };
}

describe('the socket carrier', () => {
  it('gives every call its own answer, in whatever order they come', async () => {
    const { sent, carrier } = setUp();
    const [one, two] = [carrier.carry(command), carrier.carry(command)];
    expect(sent.map((frame) => frame.type === 'call' && frame.id)).toEqual(['1', '2']);
    carrier.receive({ type: 'result', id: '2', result: 'second' });
    carrier.receive({ type: 'result', id: '1', result: 'first' });
    carrier.receive({ type: 'result', id: '1', result: 'again' });
    expect(await Promise.all([one, two])).toEqual(['first', 'second']);
  });

  it('throws back at once what could not leave', async () => {
    const carrier = createSocketCarrier(() => false);
    await expect(carrier.carry(command)).rejects.toThrow(CarrierLost);
  });

  it('throws back the calls of one socket, and keeps those of another', async () => {
    const { carrier } = setUp();
    const [one, two] = [carrier.carry(command), carrier.carry(command)];
    carrier.lost(['1', 'unknown']);
    await expect(one).rejects.toThrow(CarrierLost);
    carrier.receive({ type: 'result', id: '2', result: 'second' });
    expect(await two).toBe('second');
  });

  it('throws back everything when the connection is gone', async () => {
    const { carrier } = setUp();
    const calls = [carrier.carry(command), carrier.carry(command)];
    carrier.lost();
    for (const call of calls) await expect(call).rejects.toThrow(CarrierLost);
  });
});
