import { generateKeyPairSync } from 'node:crypto';
import {
  type CryptoKey,
  exportJWK,
  exportSPKI,
  importPKCS8,
  importSPKI,
  type JWTPayload,
  SignJWT,
} from 'jose';

/** Somebody who issues tokens, with a real RSA key. */
export interface ForeignIssuer {
  readonly issuer: string;
  readonly audience: string;
  /** As PEM. */
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
  /** The public key as a set with the kid `one`, as text. */
  readonly keySet: string;
  /** A token that is good in all, but for what is given. A claim of undefined is left out. */
  sign(change?: { readonly claims?: JWTPayload; readonly header?: Record<string, unknown> }): Promise<string>;
}

interface PemPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Made once a process: finding primes takes a second. */
const pairs = new Map<string, PemPair>();

function pairOf(name: string): PemPair {
  const known = pairs.get(name);
  if (known !== undefined) return known;
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  pairs.set(name, pair);
  return pair;
}

/** Tokens end five minutes after the given time, in milliseconds since 1970. Another name has another key and says the same of itself. */
export async function createForeignIssuer(now: () => number, name = 'one'): Promise<ForeignIssuer> {
  const pair = pairOf(name);
  const privateKey = await importPKCS8(pair.privateKey, 'RS256');
  const publicKey = await importSPKI(pair.publicKey, 'RS256', { extractable: true });
  const issuer = 'https://issuer.example';
  const audience = 'chat';
  return {
    issuer,
    audience,
    publicKey: await exportSPKI(publicKey),
    privateKey,
    keySet: JSON.stringify({
      keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }],
    }),
    sign: ({ claims = {}, header = {} } = {}) => {
      const seconds = Math.floor(now() / 1000);
      const payload = { iss: issuer, aud: audience, sub: 'ada', iat: seconds, exp: seconds + 300, ...claims };
      return new SignJWT(payload)
        .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
        .sign(privateKey);
    },
  };
}
