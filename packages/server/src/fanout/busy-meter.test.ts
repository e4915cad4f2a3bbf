import { describe, expect, it } from 'vitest';
import { BusyMeter } from './busy-meter.js';

const start = 1_790_000_000_000;

/** Counts one event so often, evenly over a time that ends just before `from + ms`. */
function spread(
  meter: BusyMeter,
  { events, from, ms }: { events: number; from: number; ms: number },
): boolean {
  let isBusy = meter.isBusy;
  for (let done = 0; done < events; done += 1) isBusy = meter.count(1, 2, from + (done * ms) / events);
  return isBusy;
}

describe('a busy meter', () => {
  it('takes fifty events in ten seconds for ordinary and one more for busy', () => {
    const meter = new BusyMeter();
    expect(spread(meter, { events: 50, from: start, ms: 9_900 })).toBe(false);
    expect(meter.count(1, 2, start + 9_950)).toBe(true);
  });

  it('takes five events a second for ordinary, however long that goes on', () => {
    expect(spread(new BusyMeter(), { events: 1500, from: start, ms: 300_000 })).toBe(false);
  });

  it('counts all events of a publication', () => {
    expect(new BusyMeter().count(51, 2, start)).toBe(true);
  });

  it('takes more than two hundred sockets for busy, whatever the pace', () => {
    const meter = new BusyMeter();
    expect(meter.count(1, 200, start)).toBe(false);
    expect(meter.count(1, 201, start)).toBe(true);
  });

  it('stays busy until both sockets and pace are well below', () => {
    const meter = new BusyMeter();
    meter.count(60, 201, start);
    expect(meter.look(150, start + 60_000)).toBe(true);
    expect(meter.look(149, start + 60_000)).toBe(false);
  });

  it('stays busy at three events a second and is ordinary again below', () => {
    const meter = new BusyMeter();
    meter.count(60, 2, start);
    expect(spread(meter, { events: 60, from: start + 10_000, ms: 20_000 })).toBe(true);
    expect(meter.look(2, start + 29_999)).toBe(true);
    expect(meter.look(2, start + 31_000)).toBe(false);
  });

  it('forgets everything after ten seconds of silence, however long that was', () => {
    for (const silence of [10_000, 11_000, 3_600_000]) {
      const meter = new BusyMeter();
      meter.count(60, 2, start);
      expect(meter.look(2, start + 8_999)).toBe(true);
      expect(meter.look(2, start + silence)).toBe(false);
      expect(meter.count(50, 2, start + silence)).toBe(false);
    }
  });

  it('keeps its count when the clock is set back', () => {
    const meter = new BusyMeter();
    meter.count(30, 2, start);
    expect(meter.count(30, 2, start - 60_000)).toBe(true);
    expect(meter.look(2, start + 10_000)).toBe(false);
  });
});
