import { ParleyError, type Session, type SessionId, type TenantId, type UserId } from '@parley/protocol';
import { accessTokenSeconds, type Tokens } from '../../access/tokens.js';
import type { Database } from '../../db/database.js';
import {
  extendSession,
  insertRefreshToken,
  insertSession,
  revokeSession,
  useRefreshToken,
} from './auth.store.js';
import type { RefreshTokens } from './refresh-token.js';

export interface SessionsOptions {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly refreshTokens: RefreshTokens;
  readonly newId: () => string;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
}

/** What a session gives but for the profile, which the users feature knows. */
export type Grant = Omit<Session, 'user'> & { readonly tenantId: TenantId; readonly userId: UserId };

export interface Sessions {
  start(owner: { readonly tenantId: TenantId; readonly userId: UserId }): Promise<Grant>;
  /** Throws `refresh_invalid` for a token that opens nothing, `refresh_reused` for one that was used before, after ending its session. */
  refresh(refreshToken: string): Promise<Grant>;
}

export function createSessions({ database, tokens, refreshTokens, newId, touch }: SessionsOptions): Sessions {
  const grant = async (
    owner: { readonly tenantId: TenantId; readonly userId: UserId; readonly sessionId: SessionId },
    refreshToken: string,
  ): Promise<Grant> => ({
    tenantId: owner.tenantId,
    userId: owner.userId,
    accessToken: await tokens.sign(owner),
    refreshToken,
    expiresIn: accessTokenSeconds,
  });
  return {
    start: async (owner) => {
      const sessionId = newId() as SessionId;
      const refreshToken = refreshTokens.create();
      const session = { sessionId, ...owner, tokenHash: refreshTokens.hashOf(refreshToken) };
      await database.transaction((tx) => insertSession(tx, session));
      return grant({ ...owner, sessionId }, refreshToken);
    },
    refresh: async (refreshToken) => {
      const successor = refreshTokens.successorOf(refreshToken);
      const found = await database.transaction(async (tx) => {
        const token = await useRefreshToken(tx, refreshTokens.hashOf(refreshToken));
        if (token?.isSessionLive !== true) return token;
        if (token.use === 'reused') await revokeSession(tx, token.sessionId);
        else {
          await insertRefreshToken(tx, token.sessionId, refreshTokens.hashOf(successor));
          await extendSession(tx, token.sessionId);
        }
        return token;
      });
      if (found?.isSessionLive !== true) throw new ParleyError('refresh_invalid');
      if (found.use === 'reused') {
        touch([found.userId]);
        throw new ParleyError('refresh_reused');
      }
      return grant(found, successor);
    },
  };
}
