import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.js';
import { turn } from '../../testing/turn.js';
import { drain } from './drain.js';

function setUp(count: number) {
  const clock = createFakeClock();
  const told: string[] = [];
  let left = count;
  let onEmpty = () => {};
  const sockets = {
    size: () => left,
    onEmpty: (callback: () => void) => {
      onEmpty = callback;
    },
    moveAway: (withinMs: number) => void told.push(`move within ${withinMs}`),
    sendAway: () => void told.push('send away'),
    cut: () => void told.push('cut'),
  };
  const gone = () => {
    left -= 1;
    if (left === 0) onEmpty();
  };
  const start = (windowMs: number) => {
    void drain(sockets, windowMs, clock).then(() => void told.push('empty'));
  };
  return { clock, told, gone, start };
}

describe('a drain', () => {
  it('asks sockets to move and ends as soon as the last one has', async () => {
    const { told, gone, start } = setUp(2);
    start(10_000);
    gone();
    await turn();
    expect(told).toEqual(['move within 10000']);
    gone();
    await turn();
    expect(told).toEqual(['move within 10000', 'send away', 'cut', 'empty']);
  });

  it('sends away who has not moved two seconds after the window, and cuts who does not answer that', async () => {
    const { clock, told, start } = setUp(1);
    start(10_000);
    clock.advance(11_999);
    await turn();
    expect(told).toEqual(['move within 10000']);
    clock.advance(1);
    await turn();
    expect(told.at(-1)).toBe('send away');
    clock.advance(999);
    await turn();
    expect(told.at(-1)).toBe('send away');
    clock.advance(1);
    await turn();
    expect(told.slice(-2)).toEqual(['cut', 'empty']);
  });

  it.each([
    ['there is no window', 3, 0],
    ['there are no sockets', 0, 10_000],
  ])('sends away at once when %s', (_, count, windowMs) => {
    const { told, start } = setUp(count);
    start(windowMs);
    expect(told[0]).toBe('send away');
  });
});
