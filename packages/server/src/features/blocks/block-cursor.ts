import { isUuid, ParleyError } from '@parley/protocol';
import { isTime } from '../../lib/is-time.js';
import type { BlockPosition } from './blocks.store.js';

/** A position among somebody's blocks as an opaque string. */
export function encodeCursor({ at, id }: BlockPosition): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything `encodeCursor` does not make. */
export function decodeCursor(cursor: string): BlockPosition {
  const [at = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (rest.length > 0 || !isTime(at) || !isUuid(id)) throw new ParleyError('invalid_cursor');
  return { at, id };
}
