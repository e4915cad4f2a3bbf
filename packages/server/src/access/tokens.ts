import { createHmac } from 'node:crypto';
import { ParleyError, type SessionId, type TenantId, type UserId } from '@parley/protocol';
import { errors, jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../lib/clock.js';
import type { Actor } from './actor.js';

const issuer = 'parley';
/** Seconds an access token lives. */
export const accessTokenSeconds = 600;

export interface AccessToken {
  readonly actor: Actor;
  /** When it ends, in milliseconds since 1970. */
  readonly expiresAt: number;
}

export interface Tokens {
  /** A JWT for the actor, good for {@link accessTokenSeconds}. */
  sign(actor: Actor): Promise<string>;
  /** Throws `token_expired` for a token that was good once, `token_invalid` for everything else. */
  verify(token: string): Promise<AccessToken>;
}

/**
 * Access tokens: JWTs with HMAC-SHA-256. The algorithm comes from here and never from the token's header; issuer, audience, type, subject
 * and expiry are required.
 */
export function createTokens(options: { readonly secret: string; readonly clock: Clock }): Tokens {
  const key = deriveKey(options.secret, 'access');
  return {
    sign: (actor) =>
      new SignJWT({ tid: actor.tenantId, sid: actor.sessionId })
        .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(issuer)
        .setSubject(actor.userId)
        .setIssuedAt(Math.floor(options.clock.now() / 1000))
        .setExpirationTime(Math.floor(options.clock.now() / 1000) + accessTokenSeconds)
        .sign(key),
    verify: async (token) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          issuer,
          audience: issuer,
          typ: 'at+jwt',
          requiredClaims: ['sub', 'exp', 'tid', 'sid'],
          currentDate: new Date(options.clock.now()),
        });
        // The signature proves that `sign` made these claims from an actor.
        const actor: Actor = {
          userId: payload.sub as UserId,
          tenantId: payload['tid'] as TenantId,
          sessionId: payload['sid'] as SessionId,
        };
        return { actor, expiresAt: (payload.exp ?? 0) * 1000 };
      } catch (cause) {
        if (cause instanceof errors.JWTExpired) throw new ParleyError('token_expired');
        throw new ParleyError('token_invalid');
      }
    },
  };
}

/** A key of its own for each purpose, so that no token can serve as another. */
export function deriveKey(secret: string, purpose: string): Uint8Array {
  return createHmac('sha256', secret).update(`parley:${purpose}`).digest();
}
