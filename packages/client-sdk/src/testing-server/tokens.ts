/**
 * Access tokens and who they stand for. A token has the form of a JWT, so that a client can read when it ends; its last part is a checksum, which keeps
 * a test honest and nobody out.
 */
import { idHash, isUuid, ParleyError, type SessionId, type UserId } from '@parley/protocol/wire';
import { type Actor, refuse, type World } from './world.js';

/** Seconds an access token lives. */
export const accessTokenSeconds = 600;
const serverKeyPrefix = 'psk_';
const header = encode({ alg: 'none', typ: 'at+jwt' });
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

export interface AccessToken {
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Who calls: somebody, or with undefined the deployment's own software. */
export type Caller = { readonly actor: Actor | undefined };

export function signToken(world: World, { userId, sessionId }: Actor): string {
  const iat = Math.floor(world.now() / 1000);
  const signed = `${header}.${encode({ sub: userId, sid: sessionId, iat, exp: iat + accessTokenSeconds })}`;
  return `${signed}.${checksum(signed)}`;
}

/** Throws `token_invalid`, `token_expired`, `session_revoked`. */
export function verifyToken(world: World, token: string): AccessToken {
  const [head = '', payload = '', sum = ''] = token.split('.');
  if (head !== header || checksum(`${head}.${payload}`) !== sum) return refuse('token_invalid');
  // The checksum says that `signToken` made these claims.
  const claims = JSON.parse(atob(payload)) as { sub: UserId; sid: SessionId; exp: number };
  if (claims.exp * 1000 <= world.now()) return refuse('token_expired');
  const actor = { userId: claims.sub, sessionId: claims.sid };
  if (!isLive(world, actor)) return refuse('session_revoked');
  return { actor, expiresAt: claims.exp * 1000 };
}

/** Whether a session has not ended and its person may come in. */
export function isLive({ state }: World, { userId, sessionId }: Actor): boolean {
  const session = state.sessions.get(sessionId);
  const isSession = sessionId === serverSessionOf(userId) || session?.hasEnded === false;
  return isSession && state.people.get(userId)?.isDisabled === false;
}

/** Who sends a request. Throws also `unauthenticated`; `not_found` for a `Parley-User` nobody is. */
export function authenticate(world: World, headers: Headers, serverKey: string): Caller {
  const asUser = headers.get('parley-user');
  const authorization = headers.get('authorization') ?? refuse('unauthenticated');
  const bearer = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(authorization)?.[1] ?? refuse('token_invalid');
  if (!bearer.startsWith(serverKeyPrefix)) {
    const { actor } = verifyToken(world, bearer);
    return asUser === null ? { actor } : refuse('forbidden');
  }
  if (bearer !== serverKey) return refuse('token_invalid');
  return { actor: asUser === null ? undefined : actAs(world, asUser) };
}

function actAs(world: World, asUser: string): Actor {
  const id = asUser.toLowerCase();
  if (!isUuid(id))
    throw new ParleyError('validation_failed', { details: [{ path: 'Parley-User', rule: 'a UUID' }] });
  // Proved in the line above.
  const userId = id as UserId;
  if (!world.state.people.has(userId)) return refuse('not_found');
  const actor = { userId, sessionId: serverSessionOf(userId) };
  return isLive(world, actor) ? actor : refuse('session_revoked');
}

/** The session of whoever the deployment's own software acts as: one each, and none that ends. */
function serverSessionOf(userId: UserId): SessionId {
  // It names a session by being the only one of its kind.
  return `${serverKeyPrefix}${userId}` as string as SessionId;
}

/** Random text that may stand in an address. */
export function randomText({ random }: Pick<World, 'random'>, length: number): string {
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
}

function encode(value: object): string {
  return btoa(JSON.stringify(value)).replaceAll('=', '');
}

function checksum(text: string): string {
  return idHash(`${text} of the test server`).toString(36);
}
