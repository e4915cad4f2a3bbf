/**
 * What arrives together shares a flush, and all parts of a statement see one snapshot. These are the arrays that lose something when a flush is naive:
 * an acknowledged edit that is gone, a reply to what is not there yet, fifty reactions counted as one.
 */
import type { ConversationId, MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../packages/server/src/access/actor.js';
import { callAs } from '../../packages/server/src/testing/callers.js';
import { describeEachEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import { auditLog, oneTo } from '../../packages/server/src/testing/log-audit.js';
import { newMessageId, seedUsers } from '../../packages/server/src/testing/seed.js';

describeEachEngine('operations that arrive together', (open) => {
  let people: Actor[];
  let conversationId: ConversationId;

  beforeEach(async () => {
    people = await seedUsers(open().database, 50);
    const memberIds = people.slice(1).map(({ userId }) => userId);
    conversationId = (await as(0)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
  });

  const as = (index: number) => callAs(open(), people[index]);
  const send = (id: MessageId, content = 'hello', more: { replyToId?: string; threadId?: string } = {}) =>
    as(0)('sendMessage', { conversationId, id, content, ...more });
  const edit = (messageId: MessageId, content: string) =>
    as(0)('editMessage', { conversationId, messageId, content });
  const react = (index: number, messageId: MessageId, emoji = '👍') =>
    as(index)('addReaction', { conversationId, messageId, emoji });
  const remove = (messageId: MessageId) => as(0)('deleteMessage', { conversationId, messageId });
  const read = async (messageId: MessageId) =>
    (await as(0)('getMessage', { conversationId, messageId })).message;
  const expectWholeLog = async () => {
    const audit = await auditLog(open().database, conversationId);
    expect(audit).toMatchObject({
      seqs: oneTo(audit.head),
      committedHead: audit.head,
      stampsIncrease: true,
    });
  };

  it('two edits of one message: both are kept, the later stands', async () => {
    const id = newMessageId();
    await send(id, 'first');
    const [second, third] = await Promise.all([edit(id, 'second'), edit(id, 'third')]);
    expect(third.seq).toBe(second.seq + 1);
    expect((await read(id)).content).toBe('third');
    const { items } = await as(0)('listVersions', { conversationId, messageId: id });
    expect(items.map(({ content }) => content)).toEqual(['first', 'second']);
    await expectWholeLog();
  });

  it('send and edit, send and react, send and delete: the message is there for what follows', async () => {
    const ids = [newMessageId(), newMessageId(), newMessageId()] as const;
    await Promise.all([
      send(ids[0], 'draft'),
      edit(ids[0], 'final'),
      send(ids[1]),
      react(1, ids[1]),
      send(ids[2]),
      remove(ids[2]),
    ]);
    const [edited, reacted, deleted] = await Promise.all(ids.map(read));
    expect(edited?.content).toBe('final');
    expect(reacted?.reactions).toEqual([{ emoji: '👍', count: 1 }]);
    expect(deleted?.deletedAt).not.toBeNull();
    await expectWholeLog();
  });

  it('send and reply, send and a reply in its thread: the reference holds', async () => {
    const [root, answer, reply] = [newMessageId(), newMessageId(), newMessageId()];
    const acks = await Promise.all([
      send(root),
      send(answer, 'answer', { replyToId: root }),
      send(reply, 'reply', { threadId: root }),
    ]);
    expect(acks.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    await expectWholeLog();
  });

  it('delete and react, delete and answer: what comes later is refused, and nothing of it stays', async () => {
    const id = newMessageId();
    await send(id);
    const results = await Promise.allSettled([
      react(1, id),
      remove(id),
      react(2, id),
      send(newMessageId(), 'late', { replyToId: id }),
    ]);
    expect(results.map((result) => (result.status === 'rejected' ? result.reason.code : 'done'))).toEqual([
      'done',
      'done',
      'not_found',
      'invalid_reference',
    ]);
    expect((await read(id)).reactions).toEqual([]);
    await expectWholeLog();
  });

  it('fifty reactions on one message: each has a seq of its own and is counted', async () => {
    const id = newMessageId();
    await send(id);
    const acks = await Promise.all(people.map((_, index) => react(index, id)));
    expect(acks.map(({ seq }) => seq)).toEqual(acks.map((_, index) => 3 + index));
    expect((await read(id)).reactions).toEqual([{ emoji: '👍', count: 50 }]);
    await Promise.all(
      people
        .slice(0, 20)
        .map((_, index) => as(index)('removeReaction', { conversationId, messageId: id, emoji: '👍' })),
    );
    expect((await read(id)).reactions).toEqual([{ emoji: '👍', count: 30 }]);
    await expectWholeLog();
  });

  it('the same operation twice: one effect and one answer', async () => {
    const id = newMessageId();
    await send(id);
    const opId = newMessageId();
    const input = { conversationId, messageId: id, emoji: '👍' };
    const [one, two] = await Promise.all([
      as(1)('addReaction', input, opId),
      as(1)('addReaction', input, opId),
    ]);
    expect(two).toEqual(one);
    await expectWholeLog();
  });

  it('everything at once, over several conversations: one order each, without a hole', async () => {
    const others = await Promise.all(
      oneTo(4).map(() => as(0)('createConversation', { type: 'group', name: 'more', memberIds: [] })),
    );
    const work: Promise<unknown>[] = [];
    for (const place of [conversationId, ...others.map(({ id }) => id)]) {
      const ids = oneTo(10).map(() => newMessageId());
      for (const id of ids) {
        work.push(as(0)('sendMessage', { conversationId: place, id, content: 'one' }));
        work.push(as(0)('editMessage', { conversationId: place, messageId: id, content: 'two' }));
        work.push(as(0)('addReaction', { conversationId: place, messageId: id, emoji: '🎉' }));
        const threadId = ids[0] ?? id;
        work.push(
          as(0)('sendMessage', { conversationId: place, id: newMessageId(), content: 'reply', threadId }),
        );
      }
    }
    await Promise.all(work);
    for (const { id } of others) {
      const audit = await auditLog(open().database, id);
      expect([audit.head, audit.seqs]).toEqual([41, oneTo(41)]);
      const { items, threads } = await as(0)('listMessages', { conversationId: id });
      expect(items.map(({ ord, content }) => [ord, content])).toEqual(oneTo(10).map((ord) => [ord, 'two']));
      expect(threads[items[0]?.id ?? '']).toMatchObject({ replyCount: 10, lastOrd: 10 });
    }
  });
});
