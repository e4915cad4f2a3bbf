import { isUuid, ParleyError } from '@parley/protocol';
import type { MemberPosition } from './members.store.js';

/** A position among the members as an opaque string. */
export function encodeCursor(position: MemberPosition): string {
  return Buffer.from(`${position.joinedSeq} ${position.userId}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything `encodeCursor` does not make. */
export function decodeCursor(cursor: string): MemberPosition {
  const [joinedSeq = '', userId = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (rest.length > 0 || !/^\d{1,15}$/.test(joinedSeq) || !isUuid(userId))
    throw new ParleyError('invalid_cursor');
  return { joinedSeq: Number(joinedSeq), userId };
}
