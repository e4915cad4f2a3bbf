import { isUuid, ParleyError } from '@parley/protocol';
import { isTime } from '../../lib/is-time.js';
import type { ReactionPosition } from './reactions.store.js';

/** A position among the reactions to a message as an opaque string. */
export function encodeCursor({ at, userId, emoji }: ReactionPosition): string {
  return Buffer.from(`${at} ${userId} ${emoji}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything `encodeCursor` does not make. */
export function decodeCursor(cursor: string): ReactionPosition {
  const [at = '', userId = '', emoji = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (rest.length > 0 || !isTime(at) || !isUuid(userId) || emoji === '' || emoji.includes('\0'))
    throw new ParleyError('invalid_cursor');
  return { at, userId, emoji };
}
