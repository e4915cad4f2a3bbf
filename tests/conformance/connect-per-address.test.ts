import { afterAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { startServer, type TestServer } from '../support/start-server.js';

const allowed = 100;
let server: TestServer | undefined;
const sockets: RawSocket[] = [];

afterAll(async () => {
  for (const socket of sockets) await socket.close();
  await server?.stop();
});

it('the hundred and first socket an address opens within a minute is answered 429 and when to come back; the others stay', async () => {
  const rule = { limit: 1, windowSeconds: 60, burst: allowed };
  server = await startServer({
    engine: 'postgres',
    env: { PARLEY_RATE_LIMITS: JSON.stringify({ connectPerAddress: rule, register: false }) },
  });
  const { url } = server;
  const person = await register(url);
  sockets.push(await RawSocket.enter(url, person.token));
  for (let count = 1; count < allowed; count += 1) {
    const socket = await RawSocket.open(url);
    // They never say hello, which is no reason to count them out.
    void socket.close();
  }
  const { status, retryAfter } = await refused(url);
  expect(status).toBe(429);
  expect(retryAfter).toBeGreaterThanOrEqual(1);
  expect(retryAfter).toBeLessThanOrEqual(60);
  expect((await sockets[0]?.call('getMe'))?.ok).toBe(true);
});

function refused(url: string): Promise<{ status: number | undefined; retryAfter: number }> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`);
  return new Promise((resolve, reject) => {
    socket.once('open', () => reject(new Error('it was let in')));
    socket.once('error', reject);
    socket.once('unexpected-response', (request, response) => {
      resolve({ status: response.statusCode, retryAfter: Number(response.headers['retry-after']) });
      request.destroy();
    });
  });
}
