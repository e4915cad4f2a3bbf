import { isUuid, ParleyError } from '@parley/protocol';
import { isTime } from '../../lib/is-time.js';
import type { BanPosition } from './bans.store.js';

/** A position among the bans as an opaque string. */
export function encodeBanCursor(position: BanPosition): string {
  return Buffer.from(`${position.at} ${position.id}`).toString('base64url');
}

/** Throws `invalid_cursor` for anything `encodeBanCursor` does not make. */
export function decodeBanCursor(cursor: string): BanPosition {
  const [at = '', id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  if (rest.length > 0 || !isTime(at) || !isUuid(id)) throw new ParleyError('invalid_cursor');
  return { at, id };
}
