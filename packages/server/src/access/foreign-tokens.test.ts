import { createHmac } from 'node:crypto';
import { ParleyError } from '@parley/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { createForeignIssuer } from '../testing/foreign-issuer.js';
import { defaultTenantId } from './actor.js';
import type { CustomAuth, JwtAuth } from './auth-options.js';
import { createCustomVerifier, createJwtVerifier } from './foreign-tokens.js';

const outbound = vi.fn(async (): Promise<Response> => {
  throw new Error('nothing may be fetched');
});

beforeEach(() => void vi.stubGlobal('fetch', outbound));
afterEach(() => {
  // The list of row 40 to 47 asks for it: whatever a token says, nobody is called.
  expect(outbound).not.toHaveBeenCalled();
  vi.unstubAllGlobals();
});

async function createHarness(change: Partial<JwtAuth> = {}) {
  const clock = createFakeClock();
  const issuer = await createForeignIssuer(clock.now);
  const auth: JwtAuth = {
    type: 'jwt',
    algorithm: 'RS256',
    key: { publicKey: issuer.publicKey },
    issuer: issuer.issuer,
    audience: issuer.audience,
  };
  // A test changes what goes together.
  const verify = await createJwtVerifier({ ...auth, ...change } as JwtAuth, { clock });
  return { clock, issuer, verify };
}

/** A token put together by hand, as libraries refuse to. */
function assemble(header: object, payload: unknown, signature: (input: string) => string = () => ''): string {
  const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input)}`;
}

describe('a token of another issuer', () => {
  it('that is good says who it is and until when, with what it says of them', async () => {
    const { clock, issuer, verify } = await createHarness();
    const claims = {
      preferred_username: 'Ada',
      name: 'Ada L.',
      email: 'Ada@Example.org',
      picture: 'https://pictures.example/ada',
    };
    const exp = clock.now() + 300_000;
    expect(await verify(await issuer.sign({ claims }))).toEqual({
      tenantId: defaultTenantId,
      issuer: issuer.issuer,
      subject: 'ada',
      profile: {
        username: 'ada',
        displayName: 'Ada L.',
        email: 'ada@example.org',
        avatarUrl: 'https://pictures.example/ada',
      },
      issuedAt: clock.now(),
      expiresAt: exp,
      knownUntil: exp,
    });
  });

  it('may say things of its owner that do not fit: they are left out', async () => {
    const { issuer, verify } = await createHarness();
    const claims = {
      preferred_username: 'a b',
      name: 'x\u202ey',
      email: 7,
      picture: 'http://plain.example/',
    };
    expect((await verify(await issuer.sign({ claims }))).profile).toEqual({
      username: undefined,
      displayName: undefined,
      email: undefined,
      avatarUrl: undefined,
    });
  });

  it('is read by the claims the configuration names', async () => {
    const tenant = '00000000-0000-4000-8000-0000000000bb';
    const claims = { userId: 'uid', displayName: 'nick', tenant: 'org' };
    const { issuer, verify } = await createHarness({ claims });
    const token = await issuer.sign({ claims: { uid: 42, nick: 'Ada', org: tenant } });
    expect(await verify(token)).toMatchObject({
      subject: '42',
      tenantId: tenant,
      profile: { displayName: 'Ada' },
    });
    for (const missing of [{ uid: 42 }, { org: tenant }, { uid: 42, org: 'acme' }, { uid: 1.5, org: tenant }])
      await expectCode('token_invalid', async () => verify(await issuer.sign({ claims: missing })));
  });

  it.each<[string, Record<string, unknown>]>([
    ['aud', { aud: 'shop' }],
    ['aud, missing', { aud: undefined }],
    ['iss', { iss: 'https://issuer.example/' }],
    ['iss, missing', { iss: undefined }],
    ['sub, missing', { sub: undefined }],
    ['sub, empty', { sub: '' }],
    ['sub, endless', { sub: 'x'.repeat(256) }],
    ['sub with NUL', { sub: 'a\u0000b' }],
    ['exp, missing', { exp: undefined }],
    ['exp as a text', { exp: '4102444800' }],
    ['nbf in the future', { nbf: 4_102_444_800 }],
    ['iat in the future', { iat: 4_102_444_800 }],
  ])('is refused for its %s', async (_what, claims) => {
    const { issuer, verify } = await createHarness();
    await verify(await issuer.sign());
    await expectCode('token_invalid', async () => verify(await issuer.sign({ claims })));
  });

  it('that has ended is token_expired, unless more is wrong with it; five seconds are forgiven', async () => {
    const { clock, issuer, verify } = await createHarness();
    const [good, other] = [await issuer.sign(), await issuer.sign({ claims: { aud: 'shop' } })];
    clock.advance(304_000);
    await verify(good);
    clock.advance(2000);
    await expectCode('token_expired', () => verify(good));
    await expectCode('token_invalid', () => verify(other));
  });

  it('is refused without a signature: alg none', async () => {
    const { issuer, verify } = await createHarness();
    const [, payload = ''] = (await issuer.sign()).split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    for (const alg of ['none', 'None', 'NONE', ''])
      await expectCode('token_invalid', () => verify(assemble({ alg }, claims)));
  });

  it('is refused when it is an HMAC made with the public key', async () => {
    const { issuer, verify } = await createHarness();
    const [, payload = ''] = (await issuer.sign()).split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    for (const key of [issuer.publicKey, issuer.publicKey.trim()]) {
      const hmac = (input: string) => createHmac('sha256', key).update(input).digest('base64url');
      await expectCode('token_invalid', () => verify(assemble({ alg: 'HS256', typ: 'JWT' }, claims, hmac)));
    }
  });

  it('is judged by the configured key, whatever its header points to', async () => {
    const { clock, issuer, verify } = await createHarness();
    const other = await createForeignIssuer(clock.now, 'other');
    const jwk: unknown = JSON.parse(other.keySet).keys[0];
    for (const header of [
      { kid: '../../../../dev/null' },
      { kid: "x' union select 'key" },
      { jku: 'https://evil.example/keys' },
      { x5u: 'https://evil.example/cert' },
      { jwk },
    ])
      await expectCode('token_invalid', async () => verify(await other.sign({ header })));
    // What it points to neither helps nor harms one that is good.
    await verify(await issuer.sign({ header: { jku: 'https://evil.example/keys', kid: '../../x' } }));
  });

  it('is refused when it is no token, too long, or of the same issuer for something else', async () => {
    const { issuer, verify } = await createHarness();
    const refresh = `pr1_${'x'.repeat(43)}`;
    for (const text of ['', 'a.b.c', refresh, 'x'.repeat(100_000), assemble({ alg: 'RS256' }, ['list'])])
      await expectCode('token_invalid', () => verify(text));
    const [header, payload, signature = ''] = (await issuer.sign()).split('.');
    const changed = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1);
    await expectCode('token_invalid', () => verify([header, payload, changed].join('.')));
  });
});

describe('the key of another issuer', () => {
  it('must fit the algorithm and be strong', async () => {
    const { publicKey } = await createForeignIssuer(Date.now);
    const secret = 'long enough for an HMAC of SHA-256';
    for (const change of [
      { algorithm: 'HS256', key: { publicKey } },
      { algorithm: 'RS256', key: { secret } },
      { algorithm: 'HS256', key: { secret: 'short' } },
      { algorithm: 'ES256', key: { publicKey } },
      { algorithm: 'RS256', key: { publicKey: 'no key' } },
      { algorithm: 'RS256', key: { jwksUrl: 'http://issuer.example/keys' } },
      { algorithm: 'RS256', key: { jwksUrl: 'file:///etc/passwd' } },
    ] as Partial<JwtAuth>[])
      await expect(createHarness(change)).rejects.toThrow();
  });

  it('may be a secret', async () => {
    const secret = 'long enough for an HMAC of SHA-256';
    const { clock, verify } = await createHarness({ algorithm: 'HS256', key: { secret } });
    const hmac = (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
    const exp = clock.now() / 1000 + 60;
    const claims = { iss: 'https://issuer.example', aud: ['shop', 'chat'], sub: 'ada', exp };
    expect(await verify(assemble({ alg: 'HS256' }, claims, hmac))).toMatchObject({
      subject: 'ada',
      issuedAt: 0,
    });
    const strong = (input: string) => createHmac('sha512', secret).update(input).digest('base64url');
    await expectCode('token_invalid', () => verify(assemble({ alg: 'HS512' }, claims, strong)));
  });
});

describe('a function of the host', () => {
  const create = (authenticate: CustomAuth['authenticate']) => {
    const clock = createFakeClock();
    return { clock, verify: createCustomVerifier({ type: 'custom', authenticate }, { clock }) };
  };

  it('says who somebody is; it is asked again after a minute, and the token ends when it says or after ten', async () => {
    const { clock, verify } = create(async () => ({ userId: 'ada', displayName: 'Ada' }));
    expect(await verify('token')).toMatchObject({
      subject: 'ada',
      profile: { displayName: 'Ada' },
      knownUntil: clock.now() + 60_000,
      expiresAt: clock.now() + 600_000,
    });
    const short = create(async () => ({ userId: 'ada', expiresAt: clock.now() + 1000 }));
    expect((await short.verify('token')).knownUntil).toBe(clock.now() + 1000);
  });

  it('refuses by undefined; what ended is token_expired; its failure is not the fault of the token', async () => {
    await expectCode('token_invalid', () => create(async () => undefined).verify('token'));
    await expectCode('token_expired', () =>
      create(async () => ({ userId: 'ada', expiresAt: 1 })).verify('token'),
    );
    await expectCode('token_invalid', () => create(async () => ({ userId: '' })).verify('token'));
    await expectCode('unavailable', () => create(() => Promise.reject(new Error('down'))).verify('token'));
    const muted = () => Promise.reject(new ParleyError('rate_limited'));
    await expectCode('rate_limited', () => create(muted).verify('token'));
  });
});
