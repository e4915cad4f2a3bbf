/**
 * Accounts of the Parley server itself. Apps with accounts of their own give `createChatClient` their own `getToken` instead.
 *
 * A refresh token is good for one use, so tabs take turns: under a lock the storage is read again, and where another tab was first its
 * tokens are used. Without locks the server's grace gives both tabs the same successor.
 */
import { type Input, type Me, ParleyError, type Session } from '@parley/protocol/wire';
import type { GetToken } from '../../connection/get-token.js';
import { createHttpCall } from '../../http.js';
import { serverUrl } from '../../lib/server-url.js';
import { isSessionOver } from '../../lib/to-parley-error.js';
import { createView, type View } from '../../lib/view.js';
import type { KeyValueStorage, Platform } from '../../platform/platform.js';
import { type AccountCalls, createAccountCalls } from './account-calls.js';
import { createSessionStore, type StoredSession, toStored } from './stored-session.js';

export interface BuiltInAuthOptions {
  /** Of the server, `https://chat.example.com`. */
  readonly url: string;
  /** Where the session stays. @default localStorage in browsers, memory elsewhere */
  readonly storage?: KeyValueStorage;
  readonly platform?: Partial<Platform>;
}

export type AuthState =
  | { readonly status: 'signed-out' }
  | { readonly status: 'signed-in'; readonly user: Me };

export interface BuiltInAuth extends AccountCalls {
  /** @throws {ParleyError} `username_taken`, `email_taken`, `validation_failed` @throws {NetworkError} */
  readonly register: (input: Input<'register'>) => Promise<Me>;
  /** @throws {ParleyError} `invalid_credentials` @throws {NetworkError} */
  readonly login: (input: Input<'login'>) => Promise<Me>;
  /** Signs out here and in other tabs at once, then tells the server. @throws {NetworkError} the server could not be told */
  readonly logout: () => Promise<void>;
  /** For `createChatClient`. Refreshes a minute before the token ends. @throws {ParleyError} nobody is signed in */
  readonly getToken: GetToken;
  readonly session: View<AuthState>;
}

const refreshBeforeMs = 60_000;

/** @param surroundings  what the entry of the package brings; the options' platform goes over it */
export function createBuiltInAuth(options: BuiltInAuthOptions, surroundings: Platform): BuiltInAuth {
  const platform = { ...surroundings, ...options.platform };
  const url = serverUrl(options.url);
  const store = createSessionStore(options.storage ?? platform.storage, url);
  const call = createHttpCall({ url, platform, getToken });
  const view = createView<AuthState>(toState(store.read()), platform.reportError);
  let refreshing: Promise<string> | undefined;

  function keep(session: Session): Me {
    const stored = toStored(session, platform.now());
    store.write(stored);
    view.set(toState(stored));
    return stored.user;
  }

  function forget(): void {
    store.clear();
    view.set({ status: 'signed-out' });
  }

  async function refresh(isUsable: (session: StoredSession) => boolean): Promise<string> {
    return platform.withLock(store.key, async () => {
      const session = store.read();
      if (session === undefined)
        throw new ParleyError('unauthenticated', { message: 'Nobody is signed in.' });
      if (isUsable(session)) return session.accessToken;
      try {
        const next = await call('refresh', { refreshToken: session.refreshToken });
        const current = store.read();
        // Signed out, or signed in as somebody else, while the answer was on its way.
        if (current?.user.id !== session.user.id) throw new ParleyError('session_revoked');
        // Without locks another tab may have been as fast; within the server's grace it got the same tokens.
        const isForeign = ![session.refreshToken, next.refreshToken].includes(current.refreshToken);
        if (isForeign) return current.accessToken;
        keep(next);
        return next.accessToken;
      } catch (error) {
        if (isSessionOver(error) && store.read()?.refreshToken === session.refreshToken) forget();
        throw error;
      }
    });
  }

  async function getToken({ rejectedToken }: Parameters<GetToken>[0]): Promise<string> {
    const isUsable = ({ accessToken, expiresAt }: StoredSession) =>
      accessToken !== rejectedToken && expiresAt - platform.now() > refreshBeforeMs;
    const session = store.read();
    if (session !== undefined && isUsable(session)) return session.accessToken;
    refreshing ??= refresh(isUsable).finally(() => {
      refreshing = undefined;
    });
    return refreshing;
  }

  platform.watchStorage((key) => {
    if (key === null || key === store.key) view.set(toState(store.read()));
  });

  return {
    register: async (input) => keep(await call('register', input)),
    login: async (input) => keep(await call('login', input)),
    logout: async () => {
      const session = store.read();
      forget();
      if (session !== undefined) await call('logout', { refreshToken: session.refreshToken });
    },
    ...createAccountCalls(call, forget),
    getToken,
    session: view,
  };
}

function toState(session: StoredSession | undefined): AuthState {
  return session === undefined ? { status: 'signed-out' } : { status: 'signed-in', user: session.user };
}
