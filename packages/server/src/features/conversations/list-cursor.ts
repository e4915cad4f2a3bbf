import { isUuid, ParleyError } from '@parley/protocol';
import { isTime } from '../../lib/is-time.js';
import type { ListPosition } from './conversations.store.js';

/** A position in the list as an opaque string. */
export function encodeCursor(position: ListPosition): string {
  return Buffer.from(`${position.at} ${position.id}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything `encodeCursor` does not make. */
export function decodeCursor(cursor: string): ListPosition {
  const [at = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (rest.length > 0 || !isTime(at) || !isUuid(id)) throw new ParleyError('invalid_cursor');
  return { at, id };
}
