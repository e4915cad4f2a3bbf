import type { UserId } from '@parley/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.js';
import { newUserId } from '../../testing/seed.js';
import { createStatusEnds, type StatusEnds } from './status-ends.js';

describe('the ends of statuses', () => {
  const [ann, bob] = [newUserId(), newUserId()];
  let clock: FakeClock;
  let ends: StatusEnds;
  let ended: UserId[];
  const after = (ms: number) => new Date(clock.now() + ms).toISOString();

  beforeEach(() => {
    clock = createFakeClock();
    ended = [];
    ends = createStatusEnds({ clock, onEnd: (userId) => ended.push(userId) });
  });

  it('are told once each when they come, in any order, by one timer', () => {
    ends.note(bob, after(2000));
    ends.note(ann, after(1000));
    expect(clock.pending).toBe(1);
    clock.advance(999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual([ann]);
    clock.advance(10_000);
    expect(ended).toEqual([ann, bob]);
    expect(clock.pending).toBe(0);
  });

  it('move with the status, and go with it or with the last who looks', () => {
    ends.note(ann, after(1000));
    ends.note(ann, after(5000));
    ends.note(bob, after(1000));
    ends.note(bob, null);
    clock.advance(4000);
    expect(ended).toEqual([]);
    ends.drop(ann);
    clock.advance(4000);
    expect([ended, clock.pending]).toEqual([[], 0]);
  });

  it('may be years away, which no timer is', () => {
    ends.note(ann, after(90 * 24 * 3_600_000));
    clock.advance(89 * 24 * 3_600_000);
    expect(ended).toEqual([]);
    clock.advance(24 * 3_600_000);
    expect(ended).toEqual([ann]);
  });

  it('are forgotten at the end', () => {
    ends.note(ann, after(1000));
    ends.close();
    expect(clock.pending).toBe(0);
  });
});
