import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.js';
import { turn } from '../../testing/turn.js';
import { Admission, type Ticket, type Verdict } from './admission.js';

function setUp(perSecond: number) {
  const clock = createFakeClock();
  const admission = new Admission({ perSecond, clock, random: () => 0.5 });
  const verdicts: Verdict[] = [];
  const enter = (): Ticket => {
    const ticket = admission.enter();
    void ticket.verdict.then((verdict) => void verdicts.push(verdict));
    return ticket;
  };
  const counted = async () => {
    await turn();
    return ['admitted', 'refused', 'left'].map(
      (type) => verdicts.filter((each) => each.type === type).length,
    );
  };
  return { clock, enter, verdicts, counted };
}

describe('admission', () => {
  it('lets a burst in at once and the rest in line at the pace, first come first served', async () => {
    const { clock, enter, counted } = setUp(10);
    const order: number[] = [];
    for (let index = 0; index < 15; index += 1) {
      const ticket = enter();
      void ticket.verdict.then(() => {
        order.push(index);
        ticket.done();
      });
    }
    expect(await counted()).toEqual([10, 0, 0]);
    clock.advance(100);
    expect(await counted()).toEqual([11, 0, 0]);
    clock.advance(400);
    expect(await counted()).toEqual([15, 0, 0]);
    expect(order).toEqual(order.toSorted((one, two) => one - two));
    expect(clock.pending).toBe(0);
  });

  it('lets two hundred enter at a time, and the next one when one is done', async () => {
    const { enter, counted } = setUp(500);
    const tickets = Array.from({ length: 201 }, enter);
    expect(await counted()).toEqual([200, 0, 0]);
    tickets[0]?.done();
    tickets[0]?.done();
    expect(await counted()).toEqual([201, 0, 0]);
    enter();
    expect(await counted()).toEqual([201, 0, 0]);
  });

  it('refuses who waited for two seconds, with a time to come back that grows with the crowd', async () => {
    const { clock, enter, verdicts, counted } = setUp(1);
    enter().done();
    for (let index = 0; index < 10; index += 1) enter();
    clock.advance(1999);
    expect(await counted()).toEqual([2, 0, 0]);
    clock.advance(1);
    expect((await counted()).slice(1)).toEqual([9, 0]);
    const waits = verdicts.flatMap((each) => (each.type === 'refused' ? [each.retryAfterMs] : []));
    expect(waits).toEqual([3000, 3000, 3000, 3000, 3500, 4000, 4500, 5000, 5500]);
  });

  it('gives the place of one that left in line to nobody in particular, and takes no token for it', async () => {
    const { clock, enter, counted } = setUp(1);
    enter().done();
    const second = enter();
    enter();
    second.done();
    expect(await counted()).toEqual([1, 0, 1]);
    clock.advance(1000);
    expect(await counted()).toEqual([2, 0, 1]);
  });
});
