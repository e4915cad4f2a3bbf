import { expect, it } from 'vitest';
import { expectCode } from '../../testing/expect-code.js';
import { newUserId } from '../../testing/seed.js';
import { decodeCursor, encodeCursor } from './member-cursor.js';

const userId = newUserId();
const encode = (text: string) => Buffer.from(text).toString('base64url');

it('a cursor comes back as the position it was made from', () => {
  for (const joinedSeq of [0, 17, 999_999_999_999_999])
    expect(decodeCursor(encodeCursor({ joinedSeq, userId }))).toEqual({ joinedSeq, userId });
});

it.each([
  ['nothing', ''],
  ['a number alone', encode('17')],
  ['a negative number', encode(`-1 ${userId}`)],
  ['a number beyond the safe ones', encode(`9999999999999999 ${userId}`)],
  ['hexadecimal', encode(`0x11 ${userId}`)],
  ['something behind', encode(`17 ${userId} x`)],
  ['an id that is none', encode('17 somebody')],
])('%s is an invalid cursor', async (_name, cursor) => {
  await expectCode('invalid_cursor', () => decodeCursor(cursor));
});
