import { contracts, type Me, ParleyError, type Session, type TenantId, type UserId } from '@parley/protocol';
import type { Database, Executor } from '../../db/database.js';
import { defineFeature, type Feature } from '../../kernel/define-feature.js';
import { findCredentials, hasUsername, insertAccount, revokeSessionOfToken } from './auth.store.js';
import type { Passwords } from './passwords.js';
import type { RefreshTokens } from './refresh-token.js';
import type { Grant, Sessions } from './sessions.js';

export interface AuthOptions {
  readonly database: Database;
  readonly tenantId: TenantId;
  readonly passwords: Passwords;
  readonly refreshTokens: RefreshTokens;
  readonly sessions: Sessions;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
}

/** Built-in accounts: register, log in, refresh, log out. */
export function createAuthFeature({
  database,
  tenantId,
  passwords,
  refreshTokens,
  sessions,
  touch,
}: AuthOptions): Feature {
  return defineFeature(contracts.auth, {
    handlers: {
      register: {
        policy: 'anyone',
        run: async (ctx, { username, email, password, displayName }) => {
          // A taken name is found before the expensive hash; the unique index decides the race.
          if (await hasUsername(ctx.db, tenantId, username)) throw new ParleyError('username_taken');
          const userId = ctx.newId() as UserId;
          const account = {
            tenantId,
            userId,
            username,
            displayName: displayName ?? username,
            email: email ?? null,
            passwordHash: await passwords.hash(password),
          };
          const taken = await database.transaction((tx) => insertAccount(tx, account));
          if (taken !== undefined)
            throw new ParleyError(taken === 'username' ? 'username_taken' : 'email_taken');
          return session(ctx, await sessions.start({ tenantId, userId }));
        },
      },
      login: {
        policy: 'anyone',
        run: async (ctx, { login, password }) => {
          const found = await findCredentials(ctx.db, tenantId, login.trim().toLowerCase());
          const fits = await passwords.verify(found?.passwordHash, password);
          if (!fits || found === undefined) throw new ParleyError('invalid_credentials');
          return session(ctx, await sessions.start({ tenantId, userId: found.userId }));
        },
      },
      refresh: {
        policy: 'anyone',
        run: async (ctx, { refreshToken }) => session(ctx, await sessions.refresh(refreshToken)),
      },
      logout: {
        policy: 'anyone',
        run: async ({ db }, { refreshToken }) => {
          const userId = await revokeSessionOfToken(db, refreshTokens.hashOf(refreshToken));
          if (userId !== undefined) touch([userId]);
          return null;
        },
      },
    },
  });
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
