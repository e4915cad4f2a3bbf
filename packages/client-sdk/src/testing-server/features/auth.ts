/** Accounts: register, log in, refresh, log out, sessions, passwords. Secrets are kept as they are: this server is for tests. */
import type { Session, SessionId, UserId } from '@parley/protocol/wire';
import type { SessionRow } from '../state.js';
import { accessTokenSeconds, randomText, signToken } from '../tokens.js';
import { type Actor, type HandlersOf, refuse, stamp, type World } from '../world.js';
import { addPerson, endSessions, meOf } from './users.js';

const refreshGraceMs = 20_000;
const resetMs = 3_600_000;
const tokenLength = 43;
const mostSessions = 100;
/** A few of those the server has a list of. */
const guessedFirst =
  /^(password|qwertyuiop|letmein|iloveyou|administrator|welcome)+[\d!.]*$|^(\d)\2+$|^1234567890\d*$/i;

type Auth = HandlersOf<'auth'>;

export function createAuth(world: World): Auth {
  return { ...accounts(world), ...ownSessions(world), ...passwords(world) };
}

function accounts(world: World): Pick<Auth, 'register' | 'login' | 'refresh' | 'logout'> {
  return {
    register: ({ input: { username, email, password, displayName }, userAgent }) => {
      requireUncommon(password);
      // A new id is a person's by being given to one.
      const id = world.newId() as UserId;
      addPerson(world, { id, username, email, password, displayName: displayName ?? username });
      return beginSession(world, { userId: id, userAgent });
    },
    login: ({ input: { login, password }, userAgent }) => {
      const name = login.trim().toLowerCase();
      const found = [...world.state.people.values()].find(
        (person) => person.username === name || person.email === name,
      );
      if (found === undefined || found.isDisabled || found.password !== password)
        return refuse('invalid_credentials');
      return beginSession(world, { userId: found.id, userAgent });
    },
    refresh: ({ input: { refreshToken } }) => {
      const { state } = world;
      const token = state.refreshTokens.get(refreshToken);
      const session = token === undefined ? undefined : state.sessions.get(token.sessionId);
      if (token === undefined || session === undefined || session.hasEnded) return refuse('refresh_invalid');
      const now = world.now();
      if (token.usedAt !== null && now - token.usedAt >= refreshGraceMs) {
        session.hasEnded = true;
        return refuse('refresh_reused');
      }
      token.usedAt ??= now;
      token.successor ??= addRefreshToken(world, session.id);
      session.lastUsedAt = stamp(world);
      return grant(world, session, token.successor);
    },
    logout: ({ input: { refreshToken } }) => {
      const token = world.state.refreshTokens.get(refreshToken);
      const session = token === undefined ? undefined : world.state.sessions.get(token.sessionId);
      if (session !== undefined) session.hasEnded = true;
      return null;
    },
  };
}

function ownSessions(world: World): Pick<Auth, 'logoutAll' | 'listSessions' | 'revokeSession'> {
  const living = ({ userId }: Actor) =>
    [...world.state.sessions.values()].filter((session) => session.userId === userId && !session.hasEnded);
  return {
    logoutAll: ({ input: { keepCurrent = false }, actor }) => {
      endSessions(world.state, actor.userId, keepCurrent ? actor.sessionId : undefined);
      return null;
    },
    listSessions: ({ actor }) => ({
      items: living(actor)
        .sort((one, other) => (one.lastUsedAt > other.lastUsedAt ? -1 : 1))
        .slice(0, mostSessions)
        .map(({ id, createdAt, lastUsedAt, userAgent }) => ({
          id,
          createdAt,
          lastUsedAt,
          userAgent,
          isCurrent: id === actor.sessionId,
        })),
    }),
    revokeSession: ({ input: { sessionId }, actor }) => {
      const found = living(actor).find(({ id }) => id === sessionId) ?? refuse('not_found');
      found.hasEnded = true;
      return null;
    },
  };
}

function passwords(world: World): Pick<Auth, 'changePassword' | 'requestPasswordReset' | 'resetPassword'> {
  const voidResets = (userId: UserId) => {
    for (const [token, reset] of world.state.resets)
      if (reset.userId === userId) world.state.resets.delete(token);
  };
  return {
    changePassword: ({ input: { currentPassword, newPassword }, actor }) => {
      requireUncommon(newPassword);
      const person = world.state.people.get(actor.userId);
      if (person === undefined || person.password !== currentPassword) return refuse('invalid_credentials');
      person.password = newPassword;
      voidResets(person.id);
      endSessions(world.state, person.id, actor.sessionId);
      return null;
    },
    requestPasswordReset: ({ input: { email } }) => {
      const found = [...world.state.people.values()].find((person) => person.email === email);
      if (found === undefined || found.password === null) return null;
      voidResets(found.id);
      const token = randomText(world, tokenLength);
      world.state.resets.set(token, { userId: found.id, until: world.now() + resetMs });
      world.mail({ email, token });
      return null;
    },
    resetPassword: ({ input: { token, newPassword } }) => {
      requireUncommon(newPassword);
      const reset = world.state.resets.get(token);
      const person = reset === undefined ? undefined : world.state.people.get(reset.userId);
      if (reset === undefined || person === undefined || reset.until <= world.now())
        return refuse('reset_invalid');
      world.state.resets.delete(token);
      person.password = newPassword;
      endSessions(world.state, person.id);
      return null;
    },
  };
}

function requireUncommon(password: string): void {
  if (guessedFirst.test(password)) refuse('password_too_common');
}

function beginSession(
  world: World,
  { userId, userAgent }: { readonly userId: UserId; readonly userAgent: string | undefined },
): Session {
  // A new id is a session's by being given to one.
  const id = world.newId() as SessionId;
  const at = stamp(world);
  const readable = (userAgent ?? '')
    .replace(/[^\x20-\x7e]/g, '')
    .slice(0, 200)
    .trim();
  const session = { id, userId, createdAt: at, lastUsedAt: at, userAgent: readable || null, hasEnded: false };
  world.state.sessions.set(id, session);
  return grant(world, session, addRefreshToken(world, id));
}

function addRefreshToken(world: World, sessionId: SessionId): string {
  const token = randomText(world, tokenLength);
  world.state.refreshTokens.set(token, { sessionId, usedAt: null, successor: null });
  return token;
}

function grant(world: World, { id, userId }: SessionRow, refreshToken: string): Session {
  const person = world.state.people.get(userId) ?? refuse('refresh_invalid');
  return {
    user: meOf(person),
    accessToken: signToken(world, { userId, sessionId: id }),
    refreshToken,
    expiresIn: accessTokenSeconds,
  };
}
