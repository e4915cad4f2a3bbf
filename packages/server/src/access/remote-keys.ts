/**
 * The key set of an issuer, read over https.
 *
 * - The address comes from the configuration alone; nothing in a token's header (`jku`, `x5u`, `jwk`) leads anywhere.
 * - Read again after ten minutes, and for an unknown `kid` at most once a minute: tokens with made-up kids must not make us hammer the issuer.
 * - Redirects are not followed. While the issuer does not answer, the last good set is used for a day.
 */
import { ParleyError } from '@parley/protocol';
import { createRemoteJWKSet, customFetch, type FetchImplementation, type JWTVerifyGetKey } from 'jose';

const minuteMs = 60_000;
const lastGoodMs = 24 * 60 * minuteMs;

export interface RemoteKeysOptions {
  /** Https, or http on loopback. Throws for any other. */
  readonly url: string;
  readonly now: () => number;
  /** @default the global fetch */
  readonly fetch?: FetchImplementation;
}

/** Finds the key that a token's header names. Rejects with `unavailable` when the set was never read and cannot be now. */
export function createRemoteKeys({ url, now, fetch: send = fetch }: RemoteKeysOptions): JWTVerifyGetKey {
  let lastGood: { readonly body: string; readonly at: number } | undefined;
  const read: FetchImplementation = async (address, init) => {
    try {
      const response = await send(address, init);
      if (response.status !== 200) throw new Error(`the key set was answered with ${response.status}`);
      const body = await response.text();
      // Throws for what is no JSON, which is then no good set.
      JSON.parse(body);
      lastGood = { body, at: now() };
    } catch (cause) {
      if (lastGood === undefined || now() - lastGood.at > lastGoodMs)
        throw new ParleyError('unavailable', { cause });
    }
    return new Response(lastGood.body);
  };
  return createRemoteJWKSet(checked(url), {
    cacheMaxAge: 10 * minuteMs,
    cooldownDuration: minuteMs,
    timeoutDuration: 5000,
    [customFetch]: read,
  });
}

function checked(text: string): URL {
  if (!URL.canParse(text)) throw new Error('the address of the key set is no address');
  const url = new URL(text);
  const isLoopback = ['localhost', '[::1]'].includes(url.hostname) || /^127(\.\d+){3}$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback))
    throw new Error('the address of the key set must be https');
  return url;
}
