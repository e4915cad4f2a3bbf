import { expect, it } from 'vitest';
import { expectCode } from '../../testing/expect-code.js';
import { newConversationId } from '../../testing/seed.js';
import { decodeCursor, encodeCursor } from './list-cursor.js';

const id = newConversationId();
const at = '2026-02-03T04:05:06.000007Z';
const encode = (text: string) => Buffer.from(text).toString('base64url');

it('a cursor comes back as the position it was made from, microseconds included', () => {
  expect(decodeCursor(encodeCursor({ at, id }))).toEqual({ at, id });
});

it.each([
  ['nothing', ''],
  ['no base64', '%%%'],
  ['a time alone', encode(at)],
  ['something behind', encode(`${at} ${id} x`)],
  ['milliseconds only', encode(`2026-02-03T04:05:06.007Z ${id}`)],
  ['a month that is none', encode(`2026-13-03T04:05:06.000007Z ${id}`)],
  ['a day that is none', encode(`2026-02-30T04:05:06.000007Z ${id}`)],
  ['the year 0, which PostgreSQL does not know', encode(`0000-02-03T04:05:06.000007Z ${id}`)],
  ['infinity, which PostgreSQL would take', encode(`infinity ${id}`)],
  ['an id in capitals', encode(`${at} ${id.toUpperCase()}`)],
  ['a member cursor', encode(`17 ${id}`)],
])('%s is an invalid cursor', async (_name, cursor) => {
  await expectCode('invalid_cursor', () => decodeCursor(cursor));
});
