import type { ConversationSummary, Output, Session } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer } from '../server.js';
import { demoAccounts, makeDemo } from './demo.js';

type App = Awaited<ReturnType<typeof createServer>>;

let app: App;

beforeAll(async () => {
  app = await createServer({ secret: 'x'.repeat(32), dataDirectory: 'memory', logLevel: 'silent' });
});

afterAll(() => app.close());

async function listOf(username: string): Promise<ConversationSummary[]> {
  const payload = { login: username, password: `parley-demo-${username}` };
  const session = await app.inject({ method: 'POST', url: '/v1/auth/login', payload });
  const headers = { authorization: `Bearer ${session.json<Session>().accessToken}` };
  const list = await app.inject({ method: 'GET', url: '/v1/conversations', headers });
  return list.json<Output<'listConversations'>>().items;
}

describe('the demo', () => {
  it('is completed by the next start when the first was interrupted, and made once', async () => {
    await app.inject({ method: 'POST', url: '/v1/auth/register', payload: demoAccounts[0] });
    await makeDemo(app);
    await makeDemo(app);
    const lists = await Promise.all(demoAccounts.map(({ username }) => listOf(username)));
    const seen = lists.map((list) => list.map(({ type, lastSeq }) => `${type} ${lastSeq}`));
    expect(seen).toEqual([['group 4', 'direct 2'], ['group 4', 'direct 2'], ['group 4']]);
  });
});
