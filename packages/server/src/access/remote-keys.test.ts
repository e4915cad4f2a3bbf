import { jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { expectCode } from '../testing/expect-code.js';
import { createForeignIssuer } from '../testing/foreign-issuer.js';
import { createRemoteKeys } from './remote-keys.js';

const minute = 60_000;

/** The library reads the system's time, so that is what the tests drive. */
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function createHarness() {
  const issuer = await createForeignIssuer(Date.now);
  const answers: { next: () => Response | Promise<Response> } = { next: () => new Response(issuer.keySet) };
  const fetch = vi.fn(async () => answers.next());
  const keys = createRemoteKeys({ url: 'https://issuer.example/keys', now: Date.now, fetch });
  const verify = async (header: Record<string, unknown> = {}) =>
    jwtVerify(await issuer.sign({ header }), keys, { algorithms: ['RS256'] });
  return { answers, fetch, verify };
}

describe('the key set of an issuer', () => {
  it('is read once for all tokens of ten minutes, without following redirects', async () => {
    const { fetch, verify } = await createHarness();
    await Promise.all([verify(), verify()]);
    vi.advanceTimersByTime(9 * minute);
    await verify();
    expect(fetch).toHaveBeenCalledTimes(1);
    expect(fetch).toHaveBeenCalledWith(
      'https://issuer.example/keys',
      expect.objectContaining({ redirect: 'manual', method: 'GET' }),
    );
    vi.advanceTimersByTime(2 * minute);
    await verify();
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('is read again for an unknown kid, but not more than once a minute', async () => {
    const { fetch, verify } = await createHarness();
    await verify();
    for (let index = 0; index < 20; index += 1)
      await expect(verify({ kid: `made-up-${index}` })).rejects.toThrow();
    expect(fetch).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(minute + 1);
    for (let index = 0; index < 20; index += 1)
      await expect(verify({ kid: `made-up-${index}` })).rejects.toThrow();
    expect(fetch).toHaveBeenCalledTimes(2);
  });

  it('that was good goes on for a day when the issuer fails, redirects or talks nonsense', async () => {
    const { answers, fetch, verify } = await createHarness();
    await verify();
    for (const next of [
      () => Promise.reject(new Error('down')),
      () => new Response(null, { status: 302, headers: { location: 'http://169.254.169.254/' } }),
      () => new Response('<html>'),
    ]) {
      answers.next = next;
      vi.advanceTimersByTime(11 * minute);
      await verify();
    }
    expect(fetch).toHaveBeenCalledTimes(4);
    vi.advanceTimersByTime(24 * 60 * minute);
    await expectCode('unavailable', () => verify());
  });

  it('that never was read is unavailable: the token may be good', async () => {
    const { answers, verify } = await createHarness();
    answers.next = () => Promise.reject(new Error('down'));
    await expectCode('unavailable', () => verify());
  });
});
