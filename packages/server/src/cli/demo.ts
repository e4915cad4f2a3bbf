import { randomFillSync } from 'node:crypto';
import type { ConversationSummary, Session } from '@parley/protocol';
import { createIdFactory } from '@parley/protocol';
import type { FastifyInstance } from 'fastify';

/** People to sign in as on a demo server. Their passwords are public, so a demo listens on loopback only. */
export const demoAccounts = [
  { username: 'ines', password: 'parley-demo-ines', displayName: 'Inés Duarte' },
  { username: 'kenji', password: 'parley-demo-kenji', displayName: 'Kenji Mori' },
  { username: 'amara', password: 'parley-demo-amara', displayName: 'Amara Okafor' },
] as const;

/** Makes the demo's people and conversations through the API, once: later starts find the first account taken. */
export async function makeDemo(app: FastifyInstance): Promise<void> {
  const sessions: Session[] = [];
  for (const account of demoAccounts) {
    const response = await app.inject({ method: 'POST', url: '/v1/auth/register', payload: account });
    if (response.statusCode === 409) return;
    sessions.push(response.json());
  }
  const [ines, kenji, amara] = sessions;
  if (ines === undefined || kenji === undefined || amara === undefined)
    throw new Error('the demo has three people');
  const create = async (by: Session, payload: object): Promise<string> => {
    const response = await post(app, { by, url: '/v1/conversations', payload });
    return response.json<ConversationSummary>().id;
  };
  const say = async (by: Session, conversationId: string, content: string): Promise<void> => {
    const url = `/v1/conversations/${conversationId}/messages`;
    await post(app, { by, url, payload: { id: newId(), content } });
  };
  const group = await create(ines, {
    type: 'group',
    name: 'Harbor launch',
    memberIds: [kenji.user.id, amara.user.id],
  });
  const direct = await create(kenji, { type: 'direct', memberIds: [ines.user.id] });
  await say(amara, group, 'Morning! Four days to go.');
  await say(kenji, group, 'ヒーロー画像の最終版です。夜の港も用意しました。');
  await say(ines, group, 'The night one glows. Can we use it for the mail too?');
  await say(kenji, direct, 'Could you proofread section 3? It is the part people will skim.');
}

const newId = createIdFactory({ now: Date.now, randomBytes: (bytes) => void randomFillSync(bytes) });

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
