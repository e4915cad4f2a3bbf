import type { UserId } from '@parley/protocol/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConnectionInput, initialMachine, type Machine, transition } from './transition.js';

const around = { now: 1000, random: 0.5, isOffline: false };
const userId = 'u' as UserId;

function after(...inputs: ConnectionInput[]): Machine {
  return inputs.reduce((machine, input) => transition(machine, input, around)[0], initialMachine);
}

const connect: ConnectionInput = { type: 'connect' };
const welcome: ConnectionInput = { type: 'welcome', userId };
const lost = (code = 1006): ConnectionInput => ({ type: 'lost', code });

describe('the connection machine', () => {
  it('goes from idle over connecting to online', () => {
    expect(after(connect).state).toEqual({ status: 'connecting', attempt: 1 });
    expect(after(connect, welcome).state).toEqual({ status: 'online', userId });
  });

  it('waits longer after every attempt, up to twenty seconds, and tells when the next one is', () => {
    const waits: number[] = [];
    let machine = after(connect);
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      const [next, effects] = transition(machine, lost(), around);
      waits.push(effects.find((effect) => effect.type === 'wait')?.ms ?? -1);
      expect(next.state).toMatchObject({
        status: 'reconnecting',
        attempt,
        retryAt: 1000 + (waits.at(-1) ?? 0),
      });
      [machine] = transition(next, { type: 'retry' }, around);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000]);
  });

  it('waits at least as long as the server asks for', () => {
    const [, effects] = transition(after(connect), { type: 'lost', code: 4030, retryAfterMs: 5000 }, around);
    expect(effects).toContainEqual({ type: 'wait', ms: 5500 });
  });

  it('counts on while connections are made and dropped, and begins anew after thirty calm seconds', () => {
    const flapping = after(connect, lost(), { type: 'retry' }, welcome, lost());
    expect(flapping.state).toMatchObject({ attempt: 2 });
    const calm = after(connect, lost(), { type: 'retry' }, welcome, { type: 'calm' }, lost());
    expect(calm.state).toMatchObject({ attempt: 1 });
  });

  it('tries once more with another token when one is refused, then says so', () => {
    const [again, effects] = transition(after(connect, welcome), lost(4501), around);
    expect(again.state.status).toBe('connecting');
    expect(effects).toContainEqual({ type: 'open', isTokenRefused: true });
    const error = new Error('expired');
    const [end] = transition(again, { type: 'lost', code: 4501, error }, around);
    expect(end.state).toEqual({ status: 'unauthorized', error });
    expect(transition(end, connect, around)[0].state.status).toBe('connecting');
  });

  it('takes a second 4501 without a word for a hello that came too late, and tries again later', () => {
    const [again] = transition(after(connect), lost(4501), around);
    expect(transition(again, lost(4501), around)[0].state.status).toBe('reconnecting');
  });

  it.each([
    [4503, 'unauthorized'],
    [4500, 'closed'],
    [4526, 'closed'],
    [4509, 'closed'],
    [4000, 'reconnecting'],
    [4008, 'reconnecting'],
    [1006, 'reconnecting'],
  ])('does after close code %i what the table says: %s', (code, status) => {
    expect(transition(after(connect, welcome), lost(code), around)[0].state.status).toBe(status);
  });

  it('comes back when the page is looked at again after another tab took over, and never after close()', () => {
    expect(after(connect, welcome, lost(4509), { type: 'visible' }).state.status).toBe('connecting');
    expect(after(connect, { type: 'close' }, { type: 'visible' }, connect).state).toEqual({
      status: 'closed',
      reason: 'closed',
    });
  });

  it('is offline while the system says so, and connects at once when the network is back', () => {
    const offline = after(connect, welcome, { type: 'offline' });
    expect(offline.state.status).toBe('offline');
    expect(transition(offline, { type: 'online' }, around)[0].state.status).toBe('connecting');
    expect(transition(offline, { type: 'retry' }, around)[0].state.status).toBe('connecting');
  });

  it('tries at once when it is told to connect while it waits, and counts on', () => {
    expect(after(connect, lost(), connect).state).toEqual({ status: 'connecting', attempt: 2 });
    expect(after(connect, connect).state).toEqual({ status: 'connecting', attempt: 1 });
  });

  const moveAway: ConnectionInput = { type: 'moveAway', withinMs: 1000 };
  const move: ConnectionInput = { type: 'move' };
  const besideLost: ConnectionInput = { type: 'besideLost' };
  const retired: ConnectionInput = { type: 'retired' };
  const online = [connect, welcome];
  const steps = {
    settled: online,
    waiting: [...online, moveAway],
    opening: [...online, moveAway, move],
    retiring: [...online, moveAway, move, welcome],
  } as const;

  /** Every step of a move with every input that means something to it; all others leave it as it is. */
  it.each([
    ['settled', moveAway, 'waiting', ['waitToMove']],
    ['settled', move, 'settled', []],
    ['settled', welcome, 'settled', []],
    ['settled', besideLost, 'settled', []],
    ['settled', retired, 'settled', []],
    ['waiting', moveAway, 'waiting', []],
    ['waiting', move, 'opening', ['openBeside']],
    ['waiting', welcome, 'waiting', []],
    ['waiting', besideLost, 'waiting', []],
    ['waiting', retired, 'waiting', []],
    ['opening', moveAway, 'opening', []],
    ['opening', move, 'opening', []],
    ['opening', welcome, 'retiring', ['switch']],
    ['opening', besideLost, 'waiting', ['waitToMove']],
    ['opening', retired, 'opening', []],
    ['retiring', moveAway, 'waiting', ['dropRetired', 'waitToMove']],
    ['retiring', move, 'retiring', []],
    ['retiring', welcome, 'retiring', []],
    ['retiring', besideLost, 'retiring', []],
    ['retiring', retired, 'settled', []],
  ] as const)('in a move that is %s, on %o is %s', (...row) => {
    const [step, input, next, effects] = row;
    const before = after(...steps[step]);
    expect(before.move.step).toBe(step);
    const [machine, done] = transition(before, input, around);
    expect(machine.move.step).toBe(next);
    expect(done.map(({ type }) => type)).toEqual(effects);
    expect(machine.state).toBe(before.state);
  });

  it.each(Object.keys(steps) as (keyof typeof steps)[])(
    'gives up a move that is %s with the connection',
    (step) => {
      const before = after(...steps[step]);
      for (const input of [lost(), lost(4501), lost(4503), { type: 'offline' }, { type: 'close' }] as const) {
        const [machine, effects] = transition(before, input, around);
        expect(machine.move).toEqual({ step: 'settled' });
        expect(effects[0]).toEqual({ type: 'drop' });
      }
    },
  );

  it('moves at a random moment, again while there is time, and not after it', () => {
    const [waiting, effects] = transition(after(...online), moveAway, { ...around, random: 0.25 });
    expect(effects).toEqual([{ type: 'waitToMove', ms: 250 }]);
    const [opening] = transition(waiting, move, around);
    expect(transition(opening, besideLost, { ...around, now: 1100 })[1]).toEqual([
      { type: 'waitToMove', ms: 500 + 200 },
    ]);
    const late = { type: 'besideLost', retryAfterMs: 900 } as const;
    expect(transition(opening, late, { ...around, now: 1100 })[0].move.step).toBe('settled');
  });

  it('drops the sockets with every way out, and has two only while it moves', () => {
    const input = fc.oneof(
      ...(['connect', 'close', 'retry', 'calm', 'online', 'offline', 'visible'] as const).map((type) =>
        fc.constant<ConnectionInput>({ type }),
      ),
      fc.constant(welcome),
      fc.constant<ConnectionInput>({ type: 'denied', error: new Error('nobody') }),
      fc.constantFrom(moveAway, move, besideLost, retired),
      fc.constantFrom(1006, 4000, 4500, 4501, 4503, 4509, 4526).map(lost),
    );
    fc.assert(
      fc.property(fc.array(input, { maxLength: 30 }), (inputs) => {
        let machine = initialMachine;
        let sockets = 0;
        for (const each of inputs) {
          const [next, effects] = transition(machine, each, around);
          for (const effect of effects) {
            if (effect.type === 'drop') sockets = 0;
            if (effect.type === 'open' || effect.type === 'openBeside') sockets += 1;
            if (effect.type === 'dropRetired') sockets -= 1;
          }
          // These two tell that a socket went by itself.
          if (each.type === 'besideLost' && machine.move.step === 'opening') sockets -= 1;
          if (each.type === 'retired' && machine.move.step === 'retiring') sockets -= 1;
          machine = next;
          const { status } = machine.state;
          const { step } = machine.move;
          const hasSocket = status === 'connecting' || status === 'online';
          const isDouble = step === 'opening' || step === 'retiring';
          expect(sockets).toBe((hasSocket ? 1 : 0) + (isDouble ? 1 : 0));
          if (status !== 'online') expect(step).toBe('settled');
        }
      }),
    );
  });
});
