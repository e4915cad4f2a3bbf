/** Whoever was away through ten thousand changes shows the same as whoever opens the conversation for the first time, soon. */
import type { ChangesPage, ConversationId, Input, OperationName } from '@parley/protocol';
import { beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../packages/server/src/access/actor.js';
import { callAs } from '../../packages/server/src/testing/callers.js';
import { describePostgres } from '../../packages/server/src/testing/describe-each-engine.js';
import { newMessageId, seedUsers } from '../../packages/server/src/testing/seed.js';
import { applyPage, canonical, type Projection } from '../support/projection.js';
import { chooseSeed, createRandom } from '../support/random.js';
import { readAfresh } from './read-afresh.js';

const changes = 10_000;
const atOnce = 200;
const longestMs = 15_000;

describePostgres('a client away through ten thousand changes', (open) => {
  let viewer: Actor;
  let conversationId: ConversationId;
  let before: Projection;
  let after: string;
  const random = createRandom(chooseSeed());

  beforeAll(async () => {
    const [ann, bob] = await seedUsers(open().database, 2);
    if (ann === undefined || bob === undefined) throw new Error('two people were seeded');
    viewer = ann;
    const memberIds = [bob.userId];
    conversationId = (await callAs(open(), ann)('createConversation', { type: 'group', memberIds })).id;
    const known = await sendMany([ann, bob], 50);
    before = await readAfresh(open(), viewer, conversationId);
    const fresh = await sendMany([ann, bob], changes - 2600);
    const touched = [...known, ...fresh].slice(0, 1200);
    await inParallel(touched, ({ id, by }) =>
      as(by, 'editMessage', { ...target(id), content: 'other words' }),
    );
    await inParallel(touched, ({ id }) => as(ann, 'addReaction', { ...target(id), emoji: '👍' }));
    await inParallel(touched.slice(0, 200), ({ id, by }) => as(by, 'deleteMessage', target(id)));
    after = canonical(await readAfresh(open(), viewer, conversationId));
  }, 120_000);

  const target = (messageId: string) => ({ conversationId, messageId });
  const as = <Name extends OperationName>(actor: Actor, name: Name, input: Input<Name>) =>
    callAs(open(), actor)(name, input);

  async function sendMany(people: readonly Actor[], count: number): Promise<{ id: string; by: Actor }[]> {
    const messages = Array.from({ length: count }, (_, index) => ({
      id: newMessageId(),
      by: people[index % people.length] ?? viewer,
    }));
    await inParallel(messages, ({ id, by }) =>
      as(by, 'sendMessage', { conversationId, id, content: `words ${id}` }),
    );
    return messages;
  }

  it.each([
    ['the log', () => 'log' as const],
    ['state', () => 'state' as const],
    ['both in turns', () => (random() < 0.5 ? ('log' as const) : ('state' as const))],
    ['what the server chooses', () => undefined],
  ])('equals a fresh one by %s, in time', async (name, mode) => {
    const startedAt = performance.now();
    let state = before;
    let pages = 0;
    for (let page: ChangesPage | undefined; page === undefined || state.cursor < page.head; pages += 1) {
      const asked = mode();
      const input = { conversationId, since: state.cursor, limit: 100 };
      page = await as(viewer, 'listChanges', asked === undefined ? input : { ...input, mode: asked });
      state = applyPage(state, page);
    }
    const ms = performance.now() - startedAt;
    expect(canonical(state)).toBe(after);
    expect(ms, `${pages} pages by ${name}`).toBeLessThan(longestMs);
  });
});

async function inParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < items.length; from += atOnce)
    await Promise.all(items.slice(from, from + atOnce).map(work));
}
