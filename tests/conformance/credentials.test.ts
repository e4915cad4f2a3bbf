/** What the headers of a request say of who sends it, where a client library would not let one say it. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, register } from '../support/people.js';
import { startServer, type TestServer } from '../support/start-server.js';

let server: TestServer | undefined;
let ann: Person | undefined;

beforeAll(async () => {
  server = await startServer({ engine: 'postgres' });
  ann = await register(server.url, 'ann');
});
afterAll(() => server?.stop());

describe('the headers of a request', () => {
  it('with one token say who it is', async () => {
    expect(await statusOf(['Authorization', `Bearer ${ann?.token}`])).toBe(200);
  });

  it('with two tokens say nothing, whichever of them is good', async () => {
    const [good, bad] = [`Bearer ${ann?.token}`, 'Bearer another'];
    for (const [first, second] of [
      [good, bad],
      [bad, good],
      [good, good],
    ])
      expect(await statusOf(['Authorization', first, 'authorization', second])).toBe(400);
  });

  it('of a person name nobody else', async () => {
    const other = await register(server?.url ?? '', 'other');
    expect(await statusOf(['Authorization', `Bearer ${ann?.token}`, 'Parley-User', other.id])).toBe(403);
  });
});

/** Sends names and values as they stand. */
function statusOf(headers: readonly (string | undefined)[]): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const url = `${server?.url}/v1/users/me`;
    // Where names and values are given as they stand nothing is added to them.
    const all = ['Host', new URL(url).host, ...headers.map((text) => text ?? '')];
    const sent = request(url, { headers: all }, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode));
    });
    sent.once('error', reject);
    sent.end();
  });
}
