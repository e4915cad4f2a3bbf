import { ParleyError, type Session, type SessionId, type TenantId, type UserId } from '@parley/protocol';
import { accessTokenSeconds, type Tokens } from '../../access/tokens.js';
import type { Database, Tx } from '../../db/database.js';
import {
  extendSession,
  insertRefreshToken,
  insertSession,
  revokeSession,
  useRefreshToken,
} from './auth.store.js';
import type { RefreshTokens } from './refresh-token.js';
import { readableUserAgent } from './user-agent.js';

export interface SessionsOptions {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly refreshTokens: RefreshTokens;
  readonly newId: () => string;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
  /** Told of a refresh token that came back after its grace, once its session has ended. */
  readonly onReused: (session: { readonly userId: UserId; readonly sessionId: SessionId }) => void;
}

/** What a session gives but for the profile, which the users feature knows. */
export type Grant = Omit<Session, 'user'> & { readonly tenantId: TenantId; readonly userId: UserId };

export interface NewLogin {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** What the client calls itself. */
  readonly userAgent: string | undefined;
  /** Runs in the session's transaction, before it: throws when there shall be none. */
  readonly prove?: (tx: Tx) => Promise<void>;
}

export interface Sessions {
  start(login: NewLogin): Promise<Grant>;
  /** Throws `refresh_invalid` for a token that opens nothing, `refresh_reused` for one that was used before, after ending its session. */
  refresh(refreshToken: string): Promise<Grant>;
}

export function createSessions(options: SessionsOptions): Sessions {
  const { database, tokens, refreshTokens, newId, touch } = options;
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
    start: async ({ tenantId, userId, userAgent, prove }) => {
      const sessionId = newId() as SessionId;
      const refreshToken = refreshTokens.create();
      const session = { sessionId, tenantId, userId, userAgent: readableUserAgent(userAgent) };
      await database.transaction(async (tx) => {
        await prove?.(tx);
        await insertSession(tx, { ...session, tokenHash: refreshTokens.hashOf(refreshToken) });
      });
      return grant(session, refreshToken);
    },
    refresh: async (refreshToken) => {
      const successor = refreshTokens.successorOf(refreshToken);
      const found = await database.transaction(async (tx) => {
        const token = await useRefreshToken(tx, refreshTokens.hashOf(refreshToken));
        if (token?.isSessionLive !== true) return undefined;
        if (token.use === 'reused') await revokeSession(tx, token.sessionId);
        else if (await extendSession(tx, token.sessionId))
          await insertRefreshToken(tx, token.sessionId, refreshTokens.hashOf(successor));
        else return undefined;
        return token;
      });
      if (found === undefined) throw new ParleyError('refresh_invalid');
      if (found.use === 'reused') {
        touch([found.userId]);
        options.onReused({ userId: found.userId, sessionId: found.sessionId });
        throw new ParleyError('refresh_reused');
      }
      return grant(found, successor);
    },
  };
}
