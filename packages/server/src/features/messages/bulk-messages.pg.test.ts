import type { ConversationId, Input } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { oneTo } from '../../testing/log-audit.js';
import { newConversationId, newMessageId, seedUsers } from '../../testing/seed.js';

type NewMessage = Input<'sendMessages'>['messages'][number];

describeEachEngine('messages sent together', (open) => {
  let ann: Actor;
  let ben: Actor;
  let stranger: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    const [first, second, third] = await seedUsers(open().database, 3);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('three were made');
    [ann, ben, stranger] = [first, second, third];
    const made = await as(ann)('createConversation', {
      type: 'group',
      name: 'ours',
      memberIds: [ben.userId],
    });
    conversationId = made.id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const plain = (content = 'hello'): NewMessage => ({ id: newMessageId(), content });
  const send = (messages: readonly NewMessage[], actor = ann, to = conversationId) =>
    as(actor)('sendMessages', { conversationId: to, messages: [...messages] });
  const contents = async () =>
    (await as(ann)('listMessages', { conversationId, limit: 100 })).items.map(({ content }) => content);

  it('a hundred stand in the log in their order, without anything between, beside what is sent one by one', async () => {
    const bulk = oneTo(100).map((number) => plain(`bulk ${number}`));
    const single = (content: string) =>
      as(ben)('sendMessage', { conversationId, id: newMessageId(), content });
    const [before, { items }, after] = await Promise.all([single('before'), send(bulk), single('after')]);
    expect(items.map((item) => item.status === 'sent' && item.seq)).toEqual(
      oneTo(100).map((number) => before.seq + number),
    );
    expect(after.seq).toBe(before.seq + 101);
    const { items: page } = await as(ben)('listMessages', {
      conversationId,
      after: String(before.seq),
      limit: 100,
    });
    expect(page.map(({ content, id, at }) => ({ content, id, at }))).toEqual(
      bulk.map(({ content, id }, index) => {
        const verdict = items[index];
        return { content, id, at: verdict?.status === 'sent' ? verdict.at : undefined };
      }),
    );
  });

  it('the same ids again, in whatever company and with other words, get the same verdicts and no second message', async () => {
    const messages = [plain('one'), plain('two')];
    const first = await send(messages);
    const again = await send([...messages.map(({ id }) => ({ id, content: 'other words' })), plain('three')]);
    expect(again.items.slice(0, 2)).toEqual(first.items);
    expect(await contents()).toEqual(['one', 'two', 'three']);
  });

  it('each is judged for itself: what one refers to may be refused while the others are sent', async () => {
    const root = plain('root');
    const { items } = await send([
      root,
      { ...plain('reply'), threadId: root.id },
      { ...plain('under nothing'), threadId: newMessageId() },
      { ...plain('answers nothing'), replyToId: newMessageId() },
      { ...plain('answer'), replyToId: root.id },
    ]);
    expect(items).toMatchObject([
      { status: 'sent', seq: 2 },
      { status: 'sent', seq: 3 },
      { status: 'refused', code: 'not_found' },
      { status: 'refused', code: 'invalid_reference' },
      { status: 'sent', seq: 4 },
    ]);
    expect(await contents()).toEqual(['root', 'answer']);
  });

  it('one that does not fit refuses the call, and nothing of it is stored', async () => {
    await expectCode('validation_failed', () => send([plain(), { ...plain(), content: '  ' }]));
    await expectCode('message_too_long', () => send([plain(), { ...plain(), content: 'x'.repeat(10_001) }]));
    const twice = plain();
    await expectCode('validation_failed', () => send([twice, twice]));
    await expectCode('validation_failed', () => send([]));
    await expectCode('too_many_items', () => send(oneTo(101).map(() => plain())));
    expect(await contents()).toEqual([]);
  });

  it('a conversation one is not in is none at all, and who is muted gets that of every message', async () => {
    await expectCode('not_found', () => send([plain(), plain()], stranger));
    await expectCode('not_found', () => send([plain(), plain()], ann, newConversationId()));
    await open().query(
      `update parley.members set muted_until = now() + interval '1 hour' where conversation_id = $1 and user_id = $2`,
      [conversationId, ben.userId],
    );
    expect((await send([plain(), plain()], ben)).items).toEqual([
      { status: 'refused', code: 'muted' },
      { status: 'refused', code: 'muted' },
    ]);
    expect(await contents()).toEqual([]);
  });

  it('an id somebody else has used is a conflict, and one of mine is answered after I have left', async () => {
    const mine = plain('mine');
    const sent = await send([mine], ben);
    expect((await send([{ ...mine }, plain('ok')])).items).toMatchObject([
      { status: 'refused', code: 'id_conflict' },
      { status: 'sent' },
    ]);
    await as(ann)('removeMember', { conversationId, userId: ben.userId });
    expect(await send([mine], ben)).toEqual(sent);
    expect((await send([mine, plain()], ben)).items[1]).toEqual({ status: 'refused', code: 'not_found' });
  });
});
