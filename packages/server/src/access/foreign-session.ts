/**
 * Sessions without a row. A token of somebody else's is a session of its own, live until it ends. Its id says when the token was issued, so that
 * whoever has the id alone, as the hub has, can tell whether it was revoked since: a UUID of version 8 (no other id here has that version) whose first 48 bits are
 * the time in milliseconds, the rest a hash of what names the token.
 */
import { createHash } from 'node:crypto';
import type { SessionId } from '@parley/protocol';
import { inProcessSessionId } from './actor.js';

/** The issue time of what never was issued and cannot be revoked but by disabling its person: the last that 48 bits hold. */
export const neverRevoked = 2 ** 48 - 1;

export interface ForeignSession {
  readonly issuer: string;
  readonly subject: string;
  /** Tells it from others of the same person: a hash of the token. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly issuedAt: number;
}

/** The session of a token: the same token has the same session. */
export function foreignSessionId({ issuer, subject, name, issuedAt }: ForeignSession): SessionId {
  const time = Math.max(0, Math.min(neverRevoked, Math.floor(issuedAt)));
  const hash = createHash('sha256')
    .update(JSON.stringify([issuer, subject, name]))
    .digest('hex');
  const head = time.toString(16).padStart(12, '0');
  const parts = [
    head.slice(0, 8),
    head.slice(8),
    `8${hash.slice(0, 3)}`,
    `a${hash.slice(3, 6)}`,
    hash.slice(6, 18),
  ];
  // A UUID made right here.
  return parts.join('-') as SessionId;
}

/** When the token of a session without a row was issued, in milliseconds since 1970; undefined for sessions that have a row. */
export function issuedAtOf(sessionId: SessionId): number | undefined {
  if (sessionId === inProcessSessionId) return neverRevoked;
  if (sessionId[14] !== '8') return undefined;
  return Number.parseInt(sessionId.slice(0, 8) + sessionId.slice(9, 13), 16);
}
