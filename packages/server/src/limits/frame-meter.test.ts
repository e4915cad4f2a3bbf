import { describe, expect, it } from 'vitest';
import { FrameMeter } from './frame-meter.js';

/** Sends so many frames a second, evenly, for so long; the verdicts. */
function send(
  meter: FrameMeter,
  { perSecond, from, seconds }: Record<'perSecond' | 'from' | 'seconds', number>,
) {
  return Array.from({ length: perSecond * seconds }, (_, index) =>
    meter.count(from + (index * 1000) / perSecond),
  );
}

const open = () => new FrameMeter({ limit: 50, windowSeconds: 1, burst: 200 });

describe('the meter of frames', () => {
  it('lets fifty a second through for ever, and two hundred at once', () => {
    const meter = open();
    const types = new Set(send(meter, { perSecond: 50, from: 0, seconds: 60 }).map(({ type }) => type));
    expect([...types]).toEqual(['within']);
    const atOnce = Array.from({ length: 201 }, () => meter.count(100_000));
    expect(atOnce.map(({ type }) => type)).toEqual([...Array(200).fill('within'), 'above']);
    expect(atOnce.at(-1)).toEqual({ type: 'above', retryAfterMs: 20 });
  });

  it('calls it a flood after ten seconds above, not before', () => {
    const verdicts = send(open(), { perSecond: 1000, from: 0, seconds: 12 });
    const above = verdicts.findIndex(({ type }) => type === 'above');
    const flood = verdicts.findIndex(({ type }) => type === 'flood');
    expect([above, flood - above]).toEqual([210, 10_000]);
  });

  it('forgets what was above after a second without', () => {
    const meter = open();
    for (let round = 0; round < 10; round += 1) {
      const verdicts = send(meter, { perSecond: 1000, from: round * 12_000, seconds: 8 });
      expect(verdicts.some(({ type }) => type === 'above')).toBe(true);
      expect(verdicts.some(({ type }) => type === 'flood')).toBe(false);
    }
  });
});
