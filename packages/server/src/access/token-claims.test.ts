import type { SessionId, UserId } from '@parley/protocol';
import { SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.js';
import { newUserId } from '../testing/seed.js';
import { defaultTenantId } from './actor.js';
import { createAuthenticator } from './authenticator.js';
import { createJwtVerifier } from './foreign-tokens.js';
import { createStandings } from './standings.js';
import { createTokens, deriveKey } from './tokens.js';

const secret = 'a secret of tests that is long enough';
const clock = createFakeClock();
const now = Math.floor(clock.now() / 1000);
const good = {
  iss: 'parley',
  aud: 'parley',
  sub: newUserId(),
  tid: defaultTenantId,
  sid: newUserId(),
  exp: now + 600,
};

function verify(claims: object, typ = 'at+jwt') {
  const signed = new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256', typ });
  const tokens = createTokens({ secret, clock });
  return signed.sign(deriveKey(secret, 'access')).then((token) => tokens.verify(token));
}

describe('an access token with the right signature', () => {
  it('is good with all it must say', async () => {
    expect((await verify(good)).actor).toEqual({
      userId: good.sub,
      tenantId: good.tid,
      sessionId: good.sid,
    });
  });

  it.each(['iss', 'aud', 'sub', 'tid', 'sid', 'exp'])('is none without %s', async (claim) => {
    await expect(verify({ ...good, [claim]: undefined })).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it.each([
    ['another issuer', { ...good, iss: 'other' }, 'at+jwt'],
    ['another audience', { ...good, aud: 'other' }, 'at+jwt'],
    ['another type', good, 'JWT'],
  ])('is none of %s', async (_what, claims, typ) => {
    await expect(verify(claims, typ)).rejects.toMatchObject({ code: 'token_invalid' });
  });
});

describe('a session that has ended', () => {
  it('is refused, and asked for again once it was forgotten', async () => {
    let isLive = true;
    const standings = createStandings({ isLive: async () => isLive, clock });
    // Ids of a test.
    const session = { userId: good.sub as UserId, sessionId: good.sid as string as SessionId };
    await standings.requireLive(session);
    isLive = false;
    await standings.requireLive(session);
    standings.forget([session.userId]);
    await expect(standings.requireLive(session)).rejects.toMatchObject({ code: 'session_revoked' });
  });
});

describe('a token of another issuer', () => {
  it('is good with the configured algorithm alone, also where another one takes the same key', async () => {
    const auth = {
      type: 'jwt',
      algorithm: 'HS256',
      issuer: 'theirs',
      audience: 'chat',
      key: { secret },
    } as const;
    const verifyForeign = await createJwtVerifier(auth, { clock });
    const sign = (alg: string) =>
      new SignJWT({ iss: 'theirs', aud: 'chat', sub: 'somebody', exp: now + 600 })
        .setProtectedHeader({ alg })
        .sign(new TextEncoder().encode(secret));
    expect(await verifyForeign(await sign('HS256'))).toMatchObject({ subject: 'somebody' });
    await expect(verifyForeign(await sign('HS512'))).rejects.toMatchObject({ code: 'token_invalid' });
  });
});

describe('what is known of people', () => {
  it('is asked for again, of their sessions too, once they are to be forgotten', () => {
    const forget = vi.fn();
    const authenticator = createAuthenticator({
      verifier: createTokens({ secret, clock }),
      findServerKey: () => undefined,
      standings: { requireLive: async () => {}, forget },
      ensureUser: async () => newUserId(),
      hasUser: async () => true,
      clock,
    });
    const people = [newUserId(), newUserId()];
    authenticator.forget(people);
    expect(forget).toHaveBeenCalledWith(people);
  });
});
