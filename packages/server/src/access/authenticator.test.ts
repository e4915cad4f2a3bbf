import { isUuid, ParleyError } from '@parley/protocol';
import { describe, expect, it, vi } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { createForeignIssuer } from '../testing/foreign-issuer.js';
import { newUserId } from '../testing/seed.js';
import { type Actor, defaultTenantId } from './actor.js';
import { type AuthenticatorOptions, createAuthenticator } from './authenticator.js';
import { foreignSessionId, issuedAtOf } from './foreign-session.js';
import { createJwtVerifier } from './foreign-tokens.js';
import { createServerKeys } from './server-keys.js';
import { createTokens } from './tokens.js';

const key = 'psk_0123456789abcdef0123456789abcdef';
const userId = newUserId();
const session = { issuer: 'issuer', subject: 'ada', name: 'token', issuedAt: 1_700_000_000_000 };
const actor: Actor = { tenantId: defaultTenantId, userId, sessionId: foreignSessionId(session) };

function createHarness(change: Partial<AuthenticatorOptions> = {}) {
  const clock = createFakeClock();
  const tokens = createTokens({ secret: 'a secret of tests, long enough for all', clock });
  const requireLive = vi.fn(async () => {});
  const authenticator = createAuthenticator({
    verifier: tokens,
    findServerKey: createServerKeys([{ name: 'backend', secret: key.slice(4) }]),
    standings: { requireLive, forget: () => {} },
    ensureUser: async () => userId,
    hasUser: async (_tenantId, id) => id === userId,
    clock,
    ...change,
  });
  const by = (authorization: string | undefined, asUser?: string) =>
    authenticator.authenticate({ authorization, asUser });
  return { authenticator, by, clock, requireLive, tokens };
}

describe('the authorization header', () => {
  it('is read as a bearer token, in any case of the word, and the session behind it must live', async () => {
    const { by, tokens, requireLive } = createHarness();
    expect(await by(`bearer ${await tokens.sign(actor)}`)).toEqual({ actor, server: undefined });
    requireLive.mockRejectedValueOnce(new ParleyError('session_revoked'));
    await expectCode('session_revoked', async () => by(`Bearer ${await tokens.sign(actor)}`));
  });

  it('answers unauthenticated without one, token_invalid for any other scheme', async () => {
    const { by } = createHarness();
    await expectCode('unauthenticated', () => by(undefined));
    for (const header of ['', 'Bearer', 'Basic YTpi', 'Bearer a b', `Bearer ${'a'.repeat(4097)}`])
      await expectCode('token_invalid', () => by(header));
  });
});

describe('a server key', () => {
  it('is nobody in particular, or whoever it says, if they exist and are not disabled', async () => {
    const { by, requireLive } = createHarness();
    expect(await by(`Bearer ${key}`)).toEqual({ actor: undefined, server: { tenantId: defaultTenantId } });
    const as = await by(`Bearer ${key}`, userId.toUpperCase());
    expect(as.actor).toMatchObject({ tenantId: defaultTenantId, userId });
    await expectCode('not_found', () => by(`Bearer ${key}`, newUserId()));
    await expectCode('validation_failed', () => by(`Bearer ${key}`, 'ada'));
    await expectCode('validation_failed', () => by(`Bearer ${key}`, ''));
    requireLive.mockRejectedValueOnce(new ParleyError('session_revoked'));
    await expectCode('session_revoked', () => by(`Bearer ${key}`, userId));
  });

  it('that is wrong is token_invalid, and only a server key acts as somebody', async () => {
    const { by, tokens } = createHarness();
    await expectCode('token_invalid', () => by(`Bearer ${key}0`));
    await expectCode('forbidden', async () => by(`Bearer ${await tokens.sign(actor)}`, userId));
  });

  it('opens no socket, and is not shown to a function that judges tokens', async () => {
    const verifyForeign = vi.fn();
    for (const { authenticator } of [createHarness(), createHarness({ verifier: { verifyForeign } })])
      await expectCode('token_invalid', () => authenticator.verify(key));
    expect(verifyForeign).not.toHaveBeenCalled();
  });
});

describe('tokens of others', () => {
  async function createForeign() {
    const clock = createFakeClock();
    const issuer = await createForeignIssuer(clock.now);
    const ensureUser = vi.fn(async () => userId);
    const verifyForeign = await createJwtVerifier(
      {
        type: 'jwt',
        algorithm: 'RS256',
        key: { publicKey: issuer.publicKey },
        issuer: issuer.issuer,
        audience: issuer.audience,
      },
      { clock },
    );
    return {
      ...createHarness({ clock, ensureUser, verifier: { verifyForeign } }),
      clock,
      issuer,
      ensureUser,
    };
  }

  it('stand for somebody, once verified until they end or until somebody asks to look again', async () => {
    const { authenticator, clock, issuer, ensureUser } = await createForeign();
    const token = await issuer.sign();
    const access = await authenticator.verify(token);
    expect(access).toMatchObject({
      actor: { tenantId: defaultTenantId, userId },
      expiresAt: clock.now() + 300_000,
    });
    expect(await authenticator.verify(token)).toEqual(access);
    expect(ensureUser).toHaveBeenCalledTimes(1);
    authenticator.forget([newUserId()]);
    await authenticator.verify(token);
    authenticator.forget([userId]);
    await authenticator.verify(token);
    expect(ensureUser).toHaveBeenCalledTimes(2);
    clock.advance(306_000);
    await expectCode('token_expired', () => authenticator.verify(token));
  });

  it('are the only ones then: our own are refused, as are endless ones', async () => {
    const { authenticator, tokens } = await createForeign();
    await expectCode('token_invalid', async () => authenticator.verify(await tokens.sign(actor)));
    await expectCode('token_invalid', () => authenticator.verify('a'.repeat(100_000)));
  });
});

describe('the id of a session without a row', () => {
  it('is a UUID that says when its token was issued, and is the same for the same token only', () => {
    const id = foreignSessionId(session);
    expect(isUuid(id)).toBe(true);
    expect(issuedAtOf(id)).toBe(session.issuedAt);
    expect(foreignSessionId({ ...session })).toBe(id);
    for (const change of [{ issuer: 'other' }, { subject: 'bob' }, { name: 'another' }])
      expect(foreignSessionId({ ...session, ...change })).not.toBe(id);
    expect(issuedAtOf(foreignSessionId({ ...session, issuedAt: 0 }))).toBe(0);
  });
});
