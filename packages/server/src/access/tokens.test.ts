import type { SessionId } from '@parley/protocol';
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { newUserId } from '../testing/seed.js';
import { type Actor, defaultTenantId } from './actor.js';
import { accessTokenSeconds, createTokens, deriveKey } from './tokens.js';

const secret = 'a secret of tests, long enough for all';
// A constant of the test.
const actor: Actor = { tenantId: defaultTenantId, userId: newUserId(), sessionId: 'a session' as SessionId };

function createHarness() {
  const clock = createFakeClock();
  return { clock, tokens: createTokens({ secret, clock }) };
}

interface Forgery {
  readonly typ?: string;
  readonly issuer?: string;
  readonly audience?: string;
  readonly purpose?: string;
}

/** A token like ours but for one thing. */
function forge({
  typ = 'at+jwt',
  issuer = 'parley',
  audience = 'parley',
  purpose = 'access',
}: Forgery): Promise<string> {
  const now = Math.floor(createFakeClock().now() / 1000);
  return new SignJWT({ tid: actor.tenantId, sid: actor.sessionId })
    .setProtectedHeader({ alg: 'HS256', typ })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject(actor.userId)
    .setExpirationTime(now + 60)
    .sign(deriveKey(secret, purpose));
}

describe('access tokens', () => {
  it('give back the actor they were made for, and when they end', async () => {
    const { clock, tokens } = createHarness();
    const token = await tokens.sign(actor);
    expect(await tokens.verify(token)).toEqual({ actor, expiresAt: clock.now() + accessTokenSeconds * 1000 });
    expect(await createTokens({ secret, clock }).verify(token)).toMatchObject({ actor });
  });

  it('end by the clock they are given: token_expired, not token_invalid', async () => {
    const { clock, tokens } = createHarness();
    const token = await tokens.sign(actor);
    clock.advance(accessTokenSeconds * 1000 - 1);
    await tokens.verify(token);
    clock.advance(1);
    await expectCode('token_expired', () => tokens.verify(token));
  });

  it('are refused when they were made with another secret or for another purpose', async () => {
    const { tokens, clock } = createHarness();
    const other = createTokens({ secret: 'some other secret of thirty-two chars', clock });
    await expectCode('token_invalid', async () => tokens.verify(await other.sign(actor)));
    await expectCode('token_invalid', async () => tokens.verify(await forge({ purpose: 'refresh' })));
  });

  it('are refused without a signature, whatever the header says', async () => {
    const { tokens } = createHarness();
    const unsigned = new UnsecuredJWT({ tid: actor.tenantId, sid: actor.sessionId })
      .setIssuer('parley')
      .setAudience('parley')
      .setSubject(actor.userId)
      .setExpirationTime('10 years')
      .encode();
    await expectCode('token_invalid', () => tokens.verify(unsigned));
  });

  it.each<[string, Forgery]>([
    ['type', { typ: 'JWT' }],
    ['issuer', { issuer: 'somebody' }],
    ['audience', { audience: 'somebody' }],
  ])('are refused with another %s', async (_name, change) => {
    const { tokens } = createHarness();
    expect(await tokens.verify(await forge({}))).toMatchObject({ actor });
    await expectCode('token_invalid', async () => tokens.verify(await forge(change)));
  });

  it('are refused when a letter was changed or when they are no token at all', async () => {
    const { tokens } = createHarness();
    const token = await tokens.sign(actor);
    const [header, payload, signature = ''] = token.split('.');
    const changed = [header, payload, (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)].join('.');
    for (const text of [changed, '', 'a.b.c', `${token}.x`])
      await expectCode('token_invalid', () => tokens.verify(text));
  });
});
