import { createHash, timingSafeEqual } from 'node:crypto';

/** What a server key looks like to whoever sends it: this, and its secret. */
export const serverKeyPrefix = 'psk_';

export interface ServerKey {
  /** For the log: which software holds it. */
  readonly name: string;
  /** At least 32 characters of `A-Z a-z 0-9 . _ ~ + / = -`. Whoever has it can be anybody. */
  readonly secret: string;
}

/** Finds the key a bearer text is; undefined when it is none. */
export type FindServerKey = (bearer: string) => { readonly name: string } | undefined;

const minSecretLength = 32;

/**
 * Keeps the SHA-256 of each key and compares with all of them, each in constant time: how long an answer takes tells nothing. Throws for a weak or
 * repeated key.
 */
export function createServerKeys(keys: readonly ServerKey[]): FindServerKey {
  for (const { name, secret } of keys) {
    if (!/^[\w.-]{1,64}$/.test(name))
      throw new Error('a server key needs a name of letters, digits, dots and dashes');
    if (secret.length < minSecretLength || !/^[\w.~+/=-]+$/.test(secret))
      throw new Error(
        `server key ${name}: at least ${minSecretLength} characters that an Authorization header can carry`,
      );
  }
  if (new Set(keys.map(({ name }) => name)).size < keys.length)
    throw new Error('two server keys have one name');
  const known = keys.map(({ name, secret }) => ({ name, hash: sha256(serverKeyPrefix + secret) }));
  return (bearer) => {
    const hash = sha256(bearer);
    let found: { readonly name: string } | undefined;
    for (const key of known) if (timingSafeEqual(key.hash, hash)) found = { name: key.name };
    return found;
  };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
