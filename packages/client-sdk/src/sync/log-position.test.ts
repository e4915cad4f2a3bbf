import type { ChatEvent } from '@parley/protocol/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accept, acceptPage, hasHole, raiseHead, startAt } from './log-position.js';

// Only the seq matters here.
const event = (seq: number) => ({ seq }) as ChatEvent;
const seqs = (events: readonly ChatEvent[]) => events.map(({ seq }) => seq);

describe('a position in a log', () => {
  it('delivers what follows, drops what was seen, holds back what is early', () => {
    const first = accept(startAt(5), [event(5), event(6), event(8)]);
    expect(seqs(first.events)).toEqual([6]);
    expect(hasHole(first.position)).toBe(true);
    const second = accept(first.position, [event(7)]);
    expect(seqs(second.events)).toEqual([7, 8]);
    expect(hasHole(second.position)).toBe(false);
  });

  it('knows of a hole from a head alone', () => {
    expect(hasHole(raiseHead(startAt(5), 6))).toBe(true);
    expect(raiseHead(startAt(5), 4)).toEqual(startAt(5));
  });

  it('takes a page for all there is up to its end, and gives what was held back behind it', () => {
    const waiting = accept(startAt(5), [event(9), event(11)]).position;
    const page = acceptPage(waiting, { events: [event(5), event(7)], to: 10 });
    expect(seqs(page.events)).toEqual([7, 9, 11]);
    expect([page.position.cursor, hasHole(page.position)]).toEqual([11, false]);
    expect(acceptPage(startAt(5), { events: [], to: 8 }).position.cursor).toBe(8);
  });

  it('delivers every entry once and in order, however events come and however often', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }).chain((length) => {
          const all = Array.from({ length }, (_, index) => index + 1);
          const mixed = fc.shuffledSubarray([...all, ...all], { minLength: length, maxLength: 2 * length });
          return fc.tuple(fc.constant(all), mixed);
        }),
        ([all, arrivals]) => {
          let position = startAt(0);
          const delivered: number[] = [];
          for (const seq of [...arrivals, ...all]) {
            const delivery = accept(position, [event(seq)]);
            position = delivery.position;
            delivered.push(...seqs(delivery.events));
          }
          expect(delivered).toEqual(all);
          expect(position.held.size).toBe(0);
        },
      ),
    );
  });
});
