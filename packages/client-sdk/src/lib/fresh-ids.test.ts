import { expect, it } from 'vitest';
import { createFreshIds } from './fresh-ids.js';

it('an id is fresh once, where it was made', () => {
  let count = 0;
  const ids = createFreshIds(() => `id-${++count}`);
  const id = ids.make();
  expect([ids.use(id), ids.use(id), ids.use('of-yesterday')]).toEqual([true, false, false]);
});

it('of those that nobody uses the oldest are forgotten', () => {
  let count = 0;
  const ids = createFreshIds(() => `id-${++count}`);
  for (let made = 0; made < 1001; made += 1) ids.make();
  expect([ids.use('id-1'), ids.use('id-2'), ids.use('id-1001')]).toEqual([false, true, true]);
});
