import { isUuid, ParleyError } from '@parley/protocol';
import type { ListPosition } from './conversations.store.js';

/** A position in the list as an opaque string. */
export function encodeCursor(position: ListPosition): string {
  return Buffer.from(`${position.at} ${position.id}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything `encodeCursor` does not make. */
export function decodeCursor(cursor: string): ListPosition {
  const [at = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(at) && !Number.isNaN(Date.parse(at));
  if (rest.length > 0 || !isTime || !isUuid(id)) throw new ParleyError('invalid_cursor');
  return { at, id };
}
