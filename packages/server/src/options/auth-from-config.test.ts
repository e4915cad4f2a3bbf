import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load-config.js';
import { authFromConfig } from './auth-from-config.js';

const read = (env: Record<string, string>) => authFromConfig(loadConfig(env));
const secret = 's'.repeat(32);
const publicKey = '-----BEGIN PUBLIC KEY-----\\nMIIB\\n-----END PUBLIC KEY-----';
const expected = { PARLEY_JWT_ISSUER: 'https://issuer.example', PARLEY_JWT_AUDIENCE: 'chat' };

describe('who says who somebody is', () => {
  it('are accounts of our own when nothing else is said', () => {
    expect(read({})).toEqual({ type: 'builtin' });
  });

  it('is another issuer by a secret, a public key or a key set', () => {
    const common = { type: 'jwt', issuer: 'https://issuer.example', audience: 'chat' };
    expect(read({ ...expected, PARLEY_JWT_ALGORITHM: 'HS256', PARLEY_JWT_SECRET: secret })).toEqual({
      ...common,
      algorithm: 'HS256',
      key: { secret },
    });
    expect(read({ ...expected, PARLEY_JWT_ALGORITHM: 'EdDSA', PARLEY_JWT_PUBLIC_KEY: publicKey })).toEqual({
      ...common,
      algorithm: 'EdDSA',
      key: { publicKey: publicKey.replaceAll('\\n', '\n') },
    });
    const jwksUrl = 'https://issuer.example/keys';
    expect(
      read({
        ...expected,
        PARLEY_JWT_ALGORITHM: 'RS256',
        PARLEY_JWKS_URL: jwksUrl,
        PARLEY_JWT_USER_CLAIM: 'uid',
      }),
    ).toEqual({ ...common, algorithm: 'RS256', key: { jwksUrl }, claims: { userId: 'uid' } });
  });

  it.each<[string, Record<string, string>, string]>([
    ['no algorithm', { PARLEY_JWT_SECRET: secret }, 'PARLEY_JWT_ALGORITHM'],
    ['no key', { PARLEY_JWT_ALGORITHM: 'HS256' }, 'PARLEY_JWT_SECRET'],
    ['no public key', { PARLEY_JWT_ALGORITHM: 'RS256' }, 'PARLEY_JWKS_URL'],
    [
      'no issuer',
      { PARLEY_JWT_ALGORITHM: 'HS256', PARLEY_JWT_SECRET: secret, PARLEY_JWT_ISSUER: '' },
      'PARLEY_JWT_ISSUER',
    ],
    [
      'no audience',
      { PARLEY_JWT_ALGORITHM: 'HS256', PARLEY_JWT_SECRET: secret, PARLEY_JWT_AUDIENCE: '' },
      'PARLEY_JWT_AUDIENCE',
    ],
    [
      'a secret and a public key',
      { PARLEY_JWT_ALGORITHM: 'HS256', PARLEY_JWT_SECRET: secret, PARLEY_JWT_PUBLIC_KEY: publicKey },
      'PARLEY_JWT_ALGORITHM',
    ],
    [
      'a secret for a public key',
      { PARLEY_JWT_ALGORITHM: 'RS256', PARLEY_JWT_SECRET: secret },
      'PARLEY_JWT_SECRET',
    ],
    [
      'two public keys',
      {
        PARLEY_JWT_ALGORITHM: 'RS256',
        PARLEY_JWT_PUBLIC_KEY: publicKey,
        PARLEY_JWKS_URL: 'https://issuer.example/keys',
      },
      'PARLEY_JWKS_URL',
    ],
    ['alg none', { PARLEY_JWT_ALGORITHM: 'none' }, 'PARLEY_JWT_ALGORITHM'],
    ['a short secret', { PARLEY_JWT_ALGORITHM: 'HS256', PARLEY_JWT_SECRET: 'short' }, 'PARLEY_JWT_SECRET'],
    [
      'demo accounts',
      { PARLEY_JWT_ALGORITHM: 'HS256', PARLEY_JWT_SECRET: secret, PARLEY_DEMO: '1' },
      'PARLEY_DEMO',
    ],
  ])('are refused with %s, naming the setting and not the secret', (_what, env, name) => {
    try {
      read({ ...expected, ...env });
    } catch (error) {
      expect(String(error)).toContain(name);
      expect(String(error)).not.toContain('sss');
      return;
    }
    throw new Error('the settings were taken');
  });
});

describe('server keys', () => {
  it('are names with secrets', () => {
    expect(loadConfig({ PARLEY_SERVER_KEYS: `a:${secret}, b:x${secret}` }).serverKeys).toEqual([
      { name: 'a', secret },
      { name: 'b', secret: `x${secret}` },
    ]);
    expect(loadConfig({}).serverKeys).toEqual([]);
  });

  it.each(['a', `:${secret}`, 'a:short', `a:${secret},b`, `a:b:${secret}`])('are refused as %s', (text) => {
    expect(() => loadConfig({ PARLEY_SERVER_KEYS: text })).toThrow('PARLEY_SERVER_KEYS');
    expect(() => loadConfig({ PARLEY_SERVER_KEYS: text })).not.toThrow(secret);
  });
});
