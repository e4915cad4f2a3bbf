import { isUuid, ParleyError } from '@parley/protocol';
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

/** A time PostgreSQL takes, too: JavaScript reads the 30th of February as a day in March. */
function isTime(text: string): boolean {
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/.test(text)) return false;
  const ms = Date.parse(text);
  return !Number.isNaN(ms) && new Date(ms).toISOString().slice(0, 19) === text.slice(0, 19);
}
