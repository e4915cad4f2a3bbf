import type { ConversationSummary, Session } from '@parley/protocol';
import type { FastifyInstance } from 'fastify';

/** People to sign in as on a demo server. Their passwords are public, so a demo listens on loopback only. */
export const demoAccounts = [
  { username: 'ines', password: 'parley-demo-ines', displayName: 'Inés Duarte' },
  { username: 'kenji', password: 'parley-demo-kenji', displayName: 'Kenji Mori' },
  { username: 'amara', password: 'parley-demo-amara', displayName: 'Amara Okafor' },
] as const;

/**
 * Makes the demo's people and conversations through the API. Every step has a fixed id, so a start that was interrupted in the middle is
 * completed by the next one, and a demo whose last message is there is left alone.
 */
export async function makeDemo(app: FastifyInstance): Promise<void> {
  if (await isMade(app)) return;
  const [ines, kenji, amara] = await Promise.all(demoAccounts.map((account) => enter(app, account)));
  if (ines === undefined || kenji === undefined || amara === undefined)
    throw new Error('the demo has three people');
  const create = async (by: Session, payload: object): Promise<string> => {
    const response = await post(app, { by, url: '/v1/conversations', payload });
    return response.json<ConversationSummary>().id;
  };
  const say = async (by: Session, conversationId: string, [id, content]: readonly [string, string]) => {
    await post(app, { by, url: `/v1/conversations/${conversationId}/messages`, payload: { id, content } });
  };
  const direct = await create(kenji, { type: 'direct', memberIds: [ines.user.id] });
  await say(kenji, direct, [ids.question, 'Could you proofread section 3? It is the part people will skim.']);
  const memberIds = [kenji.user.id, amara.user.id];
  await create(ines, { type: 'group', id: ids.group, name: 'Harbor launch', memberIds });
  await say(amara, ids.group, [ids.morning, 'Morning! Four days to go.']);
  await say(kenji, ids.group, [ids.picture, 'ヒーロー画像の最終版です。夜の港も用意しました。']);
  await say(ines, ids.group, [ids.last, 'The night one glows. Can we use it for the mail too?']);
}

const ids = {
  group: '01a1fc00-0000-7000-8000-000000000001',
  question: '01a1fc00-0000-7000-8000-000000000002',
  morning: '01a1fc00-0000-7000-8000-000000000003',
  picture: '01a1fc00-0000-7000-8000-000000000004',
  last: '01a1fc00-0000-7000-8000-000000000005',
} as const;

async function isMade(app: FastifyInstance): Promise<boolean> {
  const [{ username: login, password }] = demoAccounts;
  const answer = await app.inject({ method: 'POST', url: '/v1/auth/login', payload: { login, password } });
  if (answer.statusCode !== 200) return false;
  const headers = { authorization: `Bearer ${answer.json<Session>().accessToken}` };
  const url = `/v1/conversations/${ids.group}/messages/${ids.last}`;
  return (await app.inject({ method: 'GET', url, headers })).statusCode === 200;
}

/** Registers, or logs in whom an interrupted start has registered. */
async function enter(app: FastifyInstance, account: (typeof demoAccounts)[number]): Promise<Session> {
  const registered = await app.inject({ method: 'POST', url: '/v1/auth/register', payload: account });
  if (registered.statusCode === 201) return registered.json();
  const payload = { login: account.username, password: account.password };
  const answer = await app.inject({ method: 'POST', url: '/v1/auth/login', payload });
  if (answer.statusCode !== 200) throw new Error(`the demo could not be made: ${answer.body}`);
  return answer.json();
}

interface DemoPost {
  readonly by: Session;
  readonly url: string;
  readonly payload: object;
}

async function post(app: FastifyInstance, { by, url, payload }: DemoPost) {
  const headers = { authorization: `Bearer ${by.accessToken}` };
  const response = await app.inject({ method: 'POST', url, headers, payload });
  if (response.statusCode >= 400) throw new Error(`the demo could not be made: ${response.body}`);
  return response;
}
