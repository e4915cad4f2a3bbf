import fc from 'fast-check';
import { expect, it } from 'vitest';
import { endOfStatePage, upTo } from './state-page.js';

const rows = (...revs: number[]) => revs.map((rev) => ({ rev }));

it('ends at the head where nothing was cut, also when no row is there', () => {
  expect(endOfStatePage([rows(4), rows()], { limit: 2, head: 9 })).toBe(9);
  expect(endOfStatePage([], { limit: 2, head: 9 })).toBe(9);
});

it('ends at the rev of the last row that fits, with all rows of that rev', () => {
  const lists = [rows(2, 5), rows(3, 3)];
  expect(endOfStatePage(lists, { limit: 2, head: 9 })).toBe(3);
  expect(lists.map((list) => upTo(list, 3))).toEqual([rows(2), rows(3, 3)]);
});

it('pages of several lists tell every row once, those of one rev on one page, and come to the head', () => {
  const list = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 25 });
  fc.assert(
    fc.property(
      fc.array(list, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 8 }),
      (revs, limit) => {
        const head = 31;
        const sources = revs.map((each) => rows(...each.sort((one, other) => one - other)));
        const told = sources.map((): { rev: number }[] => []);
        for (let after = 0; after < head; ) {
          const lists = sources.map((source) => firstWithTies(source, after, limit));
          const to = endOfStatePage(lists, { limit, head });
          expect(to).toBeGreaterThan(after);
          for (const [index, each] of lists.entries()) told[index]?.push(...upTo(each, to));
          after = to;
        }
        expect(told).toEqual(sources);
      },
    ),
  );
});

/** What a source answers: the first rows, and those that share the rev of the last. */
function firstWithTies(source: readonly { rev: number }[], after: number, limit: number) {
  const later = source.filter(({ rev }) => rev > after);
  const last = later[limit - 1]?.rev ?? Number.POSITIVE_INFINITY;
  return later.filter(({ rev }) => rev <= last);
}
