import { expect, it } from 'vitest';
import { chooseDiffMode, longestLogGap } from './diff.js';

const head = 1000;
const choose = (
  since: number,
  asked?: 'log' | 'state',
  floors: { floor?: number; changesFloor?: number } = {},
) => chooseDiffMode({ head, floor: 0, changesFloor: 0, ...floors }, { since, asked });

it('a short gap is told as the log, a long one as state', () => {
  expect(choose(head)).toBe('log');
  expect(choose(head - longestLogGap)).toBe('log');
  expect(choose(head - longestLogGap - 1)).toBe('state');
});

it('whoever asks gets the other one', () => {
  expect(choose(0, 'log')).toBe('log');
  expect(choose(head, 'state')).toBe('state');
});

it('the log is not told from below where it is kept, whoever asks', () => {
  expect(choose(899, undefined, { changesFloor: 900 })).toBe('state');
  expect(choose(899, 'log', { changesFloor: 900 })).toBe('state');
  expect(choose(900, undefined, { changesFloor: 900 })).toBe('log');
});

it('a cursor above the head or below what is kept has no way on', () => {
  expect(choose(head + 1)).toBe('reset');
  expect(choose(head + 1, 'log')).toBe('reset');
  expect(choose(499, 'state', { floor: 500, changesFloor: 900 })).toBe('reset');
  expect(choose(500, undefined, { floor: 500, changesFloor: 900 })).toBe('state');
});
