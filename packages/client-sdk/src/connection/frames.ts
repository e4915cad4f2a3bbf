import type { DownFrame } from '@parley/protocol/wire';
import { isRecord, parseJson } from '../lib/json.js';

/**
 * A frame of the server. Types a newer server may send and anything unreadable are undefined and passed over: inputs are strict, outputs are
 * open. The fields are the server's word; only what steers the connection is looked at.
 */
export function parseDownFrame(text: string): DownFrame | undefined {
  const frame = parseJson(text);
  if (!isRecord(frame) || typeof frame['type'] !== 'string' || !known.has(frame['type'])) return undefined;
  // The server's frames are made from the same types; see above for what is checked.
  return frame as unknown as DownFrame;
}

const known: ReadonlySet<string> = new Set<DownFrame['type']>([
  'heads',
  'head',
  'welcome',
  'result',
  'error',
  'event',
  'signal',
  'own_head',
  'refreshed',
  'ping',
  'going_away',
]);

/** The wait a close reason may carry, as JSON. */
export function retryAfterOf(reason: string): number | undefined {
  const value = parseJson(reason);
  return isRecord(value) && typeof value['retryAfterMs'] === 'number' ? value['retryAfterMs'] : undefined;
}

/** When a JWT ends, in milliseconds since 1970; undefined for tokens of another make. Not verified: only used to ask for the next one in time. */
export function expiryOf(token: string): number | undefined {
  const [, payload] = token.split('.');
  if (payload === undefined) return undefined;
  try {
    const claims = parseJson(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return isRecord(claims) && typeof claims['exp'] === 'number' ? claims['exp'] * 1000 : undefined;
  } catch {
    return undefined;
  }
}
