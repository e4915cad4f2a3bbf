import type { ConversationId, MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { listenAs } from '../../testing/listen.js';
import { newMessageId, seedUsers } from '../../testing/seed.js';

describeEachEngine('typing', (open) => {
  let ann: Actor;
  let bob: Actor;
  let stranger: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    const [first, second, third] = await seedUsers(open().database, 3);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('three were made');
    [ann, bob, stranger] = [first, second, third];
    const made = await as(ann)('createConversation', {
      type: 'group',
      name: 'ours',
      memberIds: [bob.userId],
    });
    conversationId = made.id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const type = (actor: Actor, isTyping = true, threadId?: MessageId) =>
    as(actor)('setTyping', { conversationId, isTyping, ...(threadId === undefined ? {} : { threadId }) });
  const listen = (actor: Actor) => listenAs(open(), actor, { memberOf: [conversationId] });
  const change = (text: string, values: unknown[] = [conversationId]) => open().query(text, values);

  it('is told to the other members, and to nobody twice', async () => {
    const [toAnn, toBob] = [listen(ann), listen(bob)];
    expect(await type(ann)).toBeNull();
    await type(ann);
    await type(ann, false);
    expect(toAnn.signals).toEqual([]);
    const told = (isTyping: boolean) => ({
      kind: 'typing',
      conversationId,
      data: { userId: ann.userId, isTyping, threadId: null },
    });
    expect(toBob.signals).toEqual([told(true), told(false)]);
  });

  it('in a thread names it; a thread that is none here is refused', async () => {
    const id = newMessageId();
    await as(ann)('sendMessage', { conversationId, id, content: 'root' });
    const toBob = listen(bob);
    await type(ann, true, id);
    expect(toBob.signals).toMatchObject([{ data: { threadId: id } }]);
    await expectCode('invalid_reference', () => type(bob, true, newMessageId()));
  });

  it('leaves nothing in the log', async () => {
    await type(ann);
    expect(await as(ann)('getConversation', { conversationId })).toMatchObject({ lastSeq: 1 });
  });

  it('is not found by strangers and former members, each time they try', async () => {
    await type(bob);
    await as(ann)('removeMember', { conversationId, userId: bob.userId });
    for (const actor of [stranger, bob, bob]) await expectCode('not_found', () => type(actor));
    await change('update parley.conversation_heads set state = 2 where conversation_id = $1');
    await expectCode('not_found', () => type(ann));
  });

  it('is refused to who could not send: muted, without the right, in an archived conversation', async () => {
    const toAnn = listen(ann);
    const ofBob = 'where conversation_id = $1 and user_id = $2';
    const bobs = [conversationId, bob.userId];
    await change(`update parley.members set muted_until = now() + interval '1 minute' ${ofBob}`, bobs);
    const { retryAfterMs } = await expectCode('muted', () => type(bob));
    expect(retryAfterMs).toBeGreaterThan(50_000);
    await change(`update parley.members set muted_until = null, deny = 1 ${ofBob}`, bobs);
    await expectCode('forbidden', () => type(bob));
    await change(`update parley.members set deny = 0 ${ofBob}`, bobs);
    await change('update parley.conversation_heads set state = 1 where conversation_id = $1');
    await expectCode('conversation_archived', () => type(bob));
    expect(toAnn.signals).toEqual([]);
  });
});
