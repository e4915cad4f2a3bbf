import type { UserId } from '@parley/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../testing/fake-clock.js';
import { newUserId } from '../../testing/seed.js';
import { type Activity, createActivity, showsSomebody } from './activity.js';

const minute = 60_000;

describe('activity', () => {
  const ann = newUserId();
  let clock: FakeClock;
  let activity: Activity;
  let changed: UserId[];

  beforeEach(() => {
    clock = createFakeClock();
    changed = [];
    activity = createActivity({ clock, onChange: (userId) => changed.push(userId) });
    activity.active(ann);
  });

  it('ends five minutes after the last thing somebody did, once, and begins again with the next', () => {
    clock.advance(4 * minute);
    activity.active(ann);
    clock.advance(5 * minute - 1);
    expect([activity.isIdle(ann), changed]).toEqual([false, []]);
    clock.advance(15_000);
    expect([activity.isIdle(ann), changed]).toEqual([true, [ann]]);
    clock.advance(60 * minute);
    expect(changed).toEqual([ann]);
    activity.active(ann);
    expect([activity.isIdle(ann), changed]).toEqual([false, [ann, ann]]);
  });

  it('of who is gone is forgotten', () => {
    clock.advance(6 * minute);
    activity.gone(ann);
    expect(activity.isIdle(ann)).toBe(false);
    clock.advance(6 * minute);
    expect(changed).toEqual([ann]);
  });

  it('leaves no timer behind: at the end, and when nobody is here', () => {
    activity.gone(ann);
    expect(clock.pending).toBe(0);
    activity.active(ann);
    expect(clock.pending).toBe(1);
    activity.close();
    expect(clock.pending).toBe(0);
  });

  it('is shown by what people do, and not by what apps do by themselves', () => {
    expect(['sendMessage', 'setTyping', 'markRead', 'listMessages'].map(showsSomebody)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['markDelivered', 'sync', 'watchPresence'].map(showsSomebody)).toEqual([false, false, false]);
  });
});
