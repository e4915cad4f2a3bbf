import { contracts, type Me, ParleyError, type Session, type TenantId, type UserId } from '@parley/protocol';
import type { Database, Executor, Tx } from '../../db/database.js';
import { defineFeature, type Feature } from '../../kernel/define-feature.js';
import { findCredentials, hasUsername, insertAccount, revokeSessionOfToken } from './auth.store.js';
import { holdPasswordHash, replacePasswordHash } from './credentials.store.js';
import { listSessions, revokeOwnSession, revokeSessionsOf } from './own-sessions.store.js';
import { type PasswordChanges, requireUncommon } from './password-changes.js';
import type { Passwords } from './passwords.js';
import type { RefreshTokens } from './refresh-token.js';
import type { ResetRequests } from './reset-requests.js';
import type { Grant, Sessions } from './sessions.js';

export interface AuthOptions {
  readonly database: Database;
  readonly tenantId: TenantId;
  readonly passwords: Passwords;
  readonly refreshTokens: RefreshTokens;
  readonly sessions: Sessions;
  readonly passwordChanges: PasswordChanges;
  readonly resetRequests: Pick<ResetRequests, 'request'>;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
}

/** Built-in accounts: register, log in, refresh, log out, see and end sessions, change and reset the password. */
export function createAuthFeature(options: AuthOptions): Feature {
  return defineFeature(contracts.auth, {
    handlers: { ...accountHandlers(options), ...sessionHandlers(options), ...passwordHandlers(options) },
  });
}

type Handlers = Parameters<typeof defineFeature<typeof contracts.auth>>[1]['handlers'];

function accountHandlers({
  database,
  tenantId,
  passwords,
  sessions,
}: AuthOptions): Pick<Handlers, 'register' | 'login' | 'refresh'> {
  return {
    register: {
      policy: 'anyone',
      run: async (ctx, { username, email, password, displayName }) => {
        requireUncommon(password);
        // A taken name is found before the expensive hash; the unique index decides the race.
        const prove = async (): Promise<void> => {
          if (await hasUsername(ctx.db, tenantId, username)) throw new ParleyError('username_taken');
        };
        const userId = ctx.newId() as UserId;
        const account = {
          tenantId,
          userId,
          username,
          displayName: displayName ?? username,
          email: email ?? null,
          passwordHash: await passwords.hash(password, prove),
        };
        const taken = await database.transaction((tx) => insertAccount(tx, account));
        if (taken !== undefined)
          throw new ParleyError(taken === 'username' ? 'username_taken' : 'email_taken');
        return session(ctx, await sessions.start({ tenantId, userId, userAgent: ctx.userAgent }));
      },
    },
    login: {
      policy: 'anyone',
      run: async (ctx, { login, password }) => {
        const find = () => findCredentials(ctx.db, tenantId, login.trim().toLowerCase());
        const proved = await passwords.verify(find, password);
        if (proved === undefined) throw new ParleyError('invalid_credentials');
        const { account, renewedHash } = proved;
        const owner = { tenantId, userId: account.userId };
        const prove = async (tx: Tx): Promise<void> => {
          const isUnchanged =
            renewedHash === undefined
              ? await holdPasswordHash(tx, owner, account.passwordHash)
              : await replacePasswordHash(tx, owner, { from: account.passwordHash, to: renewedHash });
          if (!isUnchanged) throw new ParleyError('invalid_credentials');
        };
        return session(ctx, await sessions.start({ ...owner, userAgent: ctx.userAgent, prove }));
      },
    },
    refresh: {
      policy: 'anyone',
      run: async (ctx, { refreshToken }) => session(ctx, await sessions.refresh(refreshToken)),
    },
  };
}

function sessionHandlers({
  refreshTokens,
  touch,
}: AuthOptions): Pick<Handlers, 'logout' | 'logoutAll' | 'listSessions' | 'revokeSession'> {
  return {
    logout: {
      policy: 'anyone',
      run: async ({ db }, { refreshToken }) => {
        const userId = await revokeSessionOfToken(db, refreshTokens.hashOf(refreshToken));
        if (userId !== undefined) touch([userId]);
        return null;
      },
    },
    logoutAll: {
      policy: 'user',
      run: async ({ db, actor }, { keepCurrent = false }) => {
        if (await revokeSessionsOf(db, actor, keepCurrent ? actor.sessionId : null)) touch([actor.userId]);
        return null;
      },
    },
    listSessions: {
      policy: 'user',
      run: async ({ db, actor }) => ({ items: await listSessions(db, actor, actor.sessionId) }),
    },
    revokeSession: {
      policy: 'user',
      run: async ({ db, actor }, { sessionId }) => {
        if (!(await revokeOwnSession(db, actor, sessionId))) throw new ParleyError('not_found');
        touch([actor.userId]);
        return null;
      },
    },
  };
}

function passwordHandlers({
  passwordChanges,
  resetRequests,
}: AuthOptions): Pick<Handlers, 'changePassword' | 'requestPasswordReset' | 'resetPassword'> {
  return {
    changePassword: {
      policy: 'user',
      run: async ({ actor: { tenantId, userId, sessionId } }, input) => {
        await passwordChanges.change({ tenantId, userId, sessionId, ...input });
        return null;
      },
    },
    requestPasswordReset: {
      policy: 'anyone',
      run: async (_ctx, { email }) => {
        resetRequests.request(email);
        return null;
      },
    },
    resetPassword: {
      policy: 'anyone',
      run: async (_ctx, { token, newPassword }) => {
        await passwordChanges.reset(token, newPassword);
        return null;
      },
    },
  };
}

interface MeLoader {
  readonly db: Executor;
  readonly include: {
    me(db: Executor, owner: { readonly tenantId: TenantId; readonly userId: UserId }): Promise<Me>;
  };
}

async function session(ctx: MeLoader, { tenantId, userId, ...grant }: Grant): Promise<Session> {
  return { user: await ctx.include.me(ctx.db, { tenantId, userId }), ...grant };
}
