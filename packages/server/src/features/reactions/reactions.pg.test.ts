import { type ConversationId, limits, type MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUsers } from '../../testing/seed.js';

describeEachEngine('reactions', (open) => {
  let people: Actor[];
  let conversationId: ConversationId;
  let messageId: MessageId;

  beforeEach(async () => {
    people = await seedUsers(open().database, 3);
    const memberIds = people.slice(1).map(({ userId }) => userId);
    conversationId = (await as(0)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
    messageId = newMessageId();
    await as(0)('sendMessage', { conversationId, id: messageId, content: 'hello' });
  });

  const as = (index: number) => callAs(open(), people[index]);
  const add = (index: number, emoji: string) =>
    as(index)('addReaction', { conversationId, messageId, emoji });
  const take = (index: number, emoji: string) =>
    as(index)('removeReaction', { conversationId, messageId, emoji });
  const page = (index: number) => as(index)('listMessages', { conversationId });
  const summary = async () => (await page(0)).items[0]?.reactions;

  it('are counted on the message in the order of first use, and are one’s own beside the page', async () => {
    await add(0, '👍');
    await add(1, '🎉');
    const { seq } = await add(2, '👍');
    const { items, mine } = await page(1);
    expect(items[0]).toMatchObject({
      rev: seq,
      reactions: [
        { emoji: '👍', count: 2 },
        { emoji: '🎉', count: 1 },
      ],
    });
    expect(mine.reactions).toEqual({ [messageId]: ['🎉'] });
    await take(0, '👍');
    await take(2, '👍');
    expect(await summary()).toEqual([{ emoji: '🎉', count: 1 }]);
  });

  it('count once for one person, however often they are given and taken back', async () => {
    await add(1, '👍');
    await add(1, '👍');
    expect(await summary()).toEqual([{ emoji: '👍', count: 1 }]);
    await take(1, '👍');
    await take(1, '👍');
    await take(2, '👍');
    expect(await summary()).toEqual([]);
    await add(1, '👍');
    expect(await summary()).toEqual([{ emoji: '👍', count: 1 }]);
  });

  it('say who and when, in pages', async () => {
    await add(0, '👍');
    await add(1, '🎉');
    await add(2, '👍');
    const list = (more: { emoji?: string; limit?: number; cursor?: string } = {}) =>
      as(1)('listReactions', { conversationId, messageId, ...more });
    expect((await list()).items.map(({ emoji }) => emoji)).toEqual(['👍', '🎉', '👍']);
    const first = await list({ emoji: '👍', limit: 1 });
    expect(first.items.map(({ userId }) => userId)).toEqual([people[0]?.userId]);
    const { items, users, nextCursor } = await list({ emoji: '👍', cursor: first.nextCursor ?? '' });
    expect([items.map(({ userId }) => userId), Object.keys(users), nextCursor]).toEqual([
      [people[2]?.userId],
      [people[2]?.userId],
      undefined,
    ]);
    await expectCode('invalid_cursor', () => list({ cursor: 'bm9uc2Vuc2U' }));
  });

  it('go with the message when it is deleted, and come to none that is', async () => {
    await add(1, '👍');
    await as(0)('deleteMessage', { conversationId, messageId });
    expect(await summary()).toEqual([]);
    expect((await page(1)).mine.reactions).toEqual({});
    await expectCode('not_found', () => add(1, '👍'));
    await expectCode('not_found', () => take(1, '👍'));
    await expectCode('not_found', () => as(1)('listReactions', { conversationId, messageId }));
  });

  it('of different kinds are limited, those of one flush included', async () => {
    const emojis = Array.from({ length: limits.emojisPerMessage + 5 }, (_, index) => `:e${index}:`);
    const results = await Promise.allSettled(emojis.map((emoji) => add(1, emoji)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(limits.emojisPerMessage);
    expect(await summary()).toHaveLength(limits.emojisPerMessage);
    await expectCode('reaction_limit_reached', () => add(2, ':another:'));
    await add(2, ':e0:');
  });

  it('take any emoji or name, and nothing with spaces, controls or too many bytes', async () => {
    for (const emoji of ['👩‍👩‍👧‍👦', ':ship-it:', 'ß']) await add(0, emoji);
    for (const emoji of ['', 'a b', 'a\u0007', 'x'.repeat(65)])
      await expectCode('validation_failed', () => add(0, emoji));
  });
});
