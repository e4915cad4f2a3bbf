import type { Me, Session } from '@parley/protocol/wire';
import { isRecord, parseJson } from '../../lib/json.js';
import type { KeyValueStorage } from '../../platform/platform.js';

/** What stays on the device between visits. */
export interface StoredSession {
  readonly user: Me;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** When the access token ends by this device's clock, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface SessionStore {
  readonly key: string;
  readonly read: () => StoredSession | undefined;
  readonly write: (session: StoredSession) => void;
  readonly clear: () => void;
}

/** One session per server and storage. */
export function createSessionStore(storage: KeyValueStorage, url: string): SessionStore {
  const key = `parley:session:${url}`;
  return {
    key,
    read: () => {
      const value = parseJson(storage.getItem(key) ?? '');
      // Written by `write` below; whatever else may stand there has no refresh token.
      return isRecord(value) && typeof value['refreshToken'] === 'string'
        ? (value as unknown as StoredSession)
        : undefined;
    },
    write: (session) => storage.setItem(key, JSON.stringify(session)),
    clear: () => storage.removeItem(key),
  };
}

export function toStored(
  { user, accessToken, refreshToken, expiresIn }: Session,
  now: number,
): StoredSession {
  return { user, accessToken, refreshToken, expiresAt: now + expiresIn * 1000 };
}
