/** Messages belong to their conversation: an id alone says nothing, and the same id in two conversations is two messages. */
import type { ConversationId, MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUsers } from '../../testing/seed.js';

describeEachEngine('messages of two conversations', (open) => {
  let ann: Actor;
  let bob: Actor;
  let here: ConversationId;
  let there: ConversationId;
  let root: MessageId;

  beforeEach(async () => {
    const [first, second] = await seedUsers(open().database, 2);
    if (first === undefined || second === undefined) throw new Error('two were made');
    [ann, bob] = [first, second];
    [here, there] = [await makeGroup(), await makeGroup()];
    root = await send(here);
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const makeGroup = async () =>
    (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds: [bob.userId] })).id;
  const send = async (
    conversationId: ConversationId,
    more: { id?: MessageId; threadId?: MessageId } = {},
  ) => {
    const id = more.id ?? newMessageId();
    await as(ann)('sendMessage', { conversationId, content: `in ${conversationId}`, ...more, id });
    return id;
  };

  it('are found in their own alone, by whoever is in both', async () => {
    await send(here, { threadId: root });
    await as(ann)('addReaction', { conversationId: here, messageId: root, emoji: ':ship:' });
    const deleted = await send(here);
    await as(ann)('deleteMessage', { conversationId: here, messageId: deleted });
    const of = { conversationId: there, messageId: root };
    const attempts = [
      () => as(ann)('getMessage', of),
      () => as(ann)('listVersions', of),
      () => as(ann)('listReactions', of),
      () => as(ann)('listReplies', of),
      () => as(ann)('listMessages', { conversationId: there, around: root }),
      () => as(ann)('editMessage', { ...of, content: 'elsewhere' }),
      () => as(ann)('deleteMessage', of),
      () => as(ann)('restoreMessage', { ...of, messageId: deleted }),
      () => as(ann)('addReaction', { ...of, emoji: ':ship:' }),
      () => as(ann)('removeReaction', { ...of, emoji: ':ship:' }),
      () => as(ann)('followThread', { conversationId: there, rootId: root }),
      () => as(ann)('unfollowThread', { conversationId: there, rootId: root }),
      () => as(ann)('markRead', { conversationId: there, seq: 1, threadId: root }),
      () => send(there, { threadId: root }),
    ];
    for (const attempt of attempts) await expectCode('not_found', attempt);
    const answer = { conversationId: there, id: newMessageId(), content: 'to it', replyToId: root };
    await expectCode('invalid_reference', () => as(ann)('sendMessage', answer));
    const message = (await as(ann)('getMessage', { conversationId: here, messageId: root })).message;
    expect(message).toMatchObject({ content: `in ${here}`, editedAt: null, deletedAt: null });
  });

  it('of one id are two, each with words, history, reactions, replies and readers of its own', async () => {
    await send(there, { id: root });
    const of = { conversationId: here, messageId: root };
    await as(ann)('editMessage', { ...of, content: 'changed' });
    await as(bob)('addReaction', { ...of, emoji: ':ship:' });
    await send(here, { threadId: root });
    await as(bob)('followThread', { conversationId: here, rootId: root });
    const other = { conversationId: there, messageId: root };
    expect((await as(ann)('getMessage', other)).message).toMatchObject({
      conversationId: there,
      content: `in ${there}`,
      editedAt: null,
      reactions: [],
    });
    expect((await as(ann)('listVersions', other)).items).toEqual([]);
    expect((await as(ann)('listReactions', other)).items).toEqual([]);
    expect((await as(ann)('listReplies', other)).items).toEqual([]);
    expect((await as(ann)('listThreads', { conversationId: there })).items).toEqual([]);
    const pages = [{}, { after: '0' }, { before: '1000' }, { around: root }];
    for (const page of pages) {
      const { items, mine } = await as(bob)('listMessages', { conversationId: there, ...page });
      expect(items.map(({ conversationId }) => conversationId)).toEqual([there]);
      expect(mine).toMatchObject({ reactions: {} });
    }
  });

  it('from before somebody came, where history begins with that, have no thread to follow', async () => {
    await as(ann)('updateConversation', { conversationId: here, settings: { history: 'since_join' } });
    await as(bob)('leaveConversation', { conversationId: here });
    await as(ann)('addMembers', { conversationId: here, userIds: [bob.userId] });
    const thread = { conversationId: here, rootId: root };
    await expectCode('not_found', () => as(bob)('followThread', thread));
    await expectCode('not_found', () => as(bob)('unfollowThread', thread));
    await as(ann)('followThread', thread);
  });

  it('that stand in threads are marked and followed by members alone', async () => {
    await send(here, { threadId: root });
    const mark = () => as(bob)('markRead', { conversationId: here, seq: 3, threadId: root });
    await mark();
    await as(bob)('leaveConversation', { conversationId: here });
    await expectCode('not_found', mark);
    await expectCode('not_found', () => as(bob)('followThread', { conversationId: here, rootId: root }));
    const typing = { conversationId: here, isTyping: true, threadId: root };
    await expectCode('not_found', () => as(bob)('setTyping', typing));
  });
});
