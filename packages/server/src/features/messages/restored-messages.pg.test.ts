import type { ConversationId, MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { readLogPage } from '../../testing/log-page.js';
import { newMessageId, seedUsers } from '../../testing/seed.js';
import { deletePurgeableVersions } from './message-versions.store.js';

describeEachEngine('a deleted message', (open) => {
  let owner: Actor;
  let moderator: Actor;
  let ann: Actor;
  let stranger: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    const [first, second, third, fourth] = await seedUsers(open().database, 4);
    if (first === undefined || second === undefined || third === undefined || fourth === undefined)
      throw new Error('four were made');
    [owner, moderator, ann, stranger] = [first, second, third, fourth];
    const memberIds = [moderator.userId, ann.userId];
    conversationId = (await as(owner)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
    await open().query('update parley.members set role = 1 where conversation_id = $1 and user_id = $2', [
      conversationId,
      moderator.userId,
    ]);
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const send = async (content = 'hello', more: { threadId?: string } = {}) => {
    const id = newMessageId();
    await as(ann)('sendMessage', { conversationId, id, content, ...more });
    return id;
  };
  const remove = (actor: Actor, messageId: MessageId) =>
    as(actor)('deleteMessage', { conversationId, messageId });
  const restore = (actor: Actor, messageId: MessageId, opId: string = newMessageId()) =>
    as(actor)('restoreMessage', { conversationId, messageId }, opId);
  const read = async (messageId: MessageId) =>
    (await as(owner)('getMessage', { conversationId, messageId })).message;
  const versions = async (messageId: MessageId) =>
    (await as(owner)('listVersions', { conversationId, messageId })).items.map(({ content }) => content);

  it('comes back with its words, metadata, place and history, without its reactions, as a change of it in the log', async () => {
    const id = newMessageId();
    await as(ann)('sendMessage', { conversationId, id, content: 'first', metadata: { a: 1 } });
    await as(ann)('editMessage', { conversationId, messageId: id, content: 'second' });
    await as(owner)('addReaction', { conversationId, messageId: id, emoji: ':ship:' });
    const before = await read(id);
    const { seq: deletedAt } = await remove(ann, id);
    await expectCode('not_found', () => versions(id));
    const ack = await restore(ann, id);
    expect(await read(id)).toEqual({ ...before, rev: ack.seq, reactions: [] });
    expect(await versions(id)).toEqual(['first']);
    const page = await readLogPage(as(owner), { conversationId, since: deletedAt });
    expect(page.items).toMatchObject([
      {
        kind: 'message.updated',
        seq: ack.seq,
        actorId: ann.userId,
        data: { id, content: 'second', deletedAt: null },
      },
    ]);
    expect((await as(owner)('listReactions', { conversationId, messageId: id })).items).toEqual([]);
  });

  it('may be deleted and brought back again and again, and a repeat of either is the same answer', async () => {
    const id = await send('words');
    await remove(ann, id);
    const opId = newMessageId();
    const first = await restore(ann, id, opId);
    await remove(ann, id);
    expect(await restore(ann, id, opId)).toEqual(first);
    expect((await read(id)).content).toBe('');
    await restore(ann, id);
    expect((await read(id)).content).toBe('words');
    expect(await versions(id)).toEqual([]);
  });

  it('is brought back by who deleted it, and by who may delete any and stands above them; by nobody else', async () => {
    const own = await send();
    await remove(ann, own);
    await restore(moderator, own);
    await remove(moderator, own);
    await expectCode('forbidden', () => restore(ann, own));
    await restore(moderator, own);
    await remove(owner, own);
    await expectCode('forbidden', () => restore(moderator, own));
    await expectCode('forbidden', () => restore(ann, own));
    await restore(owner, own);
    await remove(ann, own);
    await expectCode('not_found', () => restore(stranger, own));
    await as(owner)('removeMember', { conversationId, userId: ann.userId });
    await expectCode('not_found', () => restore(ann, own));
  });

  it('is not there to bring back when it was never deleted, is of another conversation, or its time is over', async () => {
    const id = await send();
    await expectCode('not_found', () => restore(ann, id));
    await expectCode('not_found', () => restore(ann, newMessageId()));
    await remove(ann, id);
    const other = await as(ann)('createConversation', { type: 'group', name: 'other', memberIds: [] });
    await expectCode('not_found', () =>
      as(ann)('restoreMessage', { conversationId: other.id, messageId: id }),
    );
    await open().query(
      `update parley.message_versions set purge_at = now() - interval '1 second' where message_id = $1`,
      [id],
    );
    await expectCode('not_found', () => restore(ann, id));
    await deletePurgeableVersions(open().database.kysely);
    await expectCode('not_found', () => restore(ann, id));
    expect((await read(id)).content).toBe('');
  });

  it('keeps what was brought back when the purge comes by', async () => {
    const id = await send('first');
    await as(ann)('editMessage', { conversationId, messageId: id, content: 'second' });
    await remove(ann, id);
    await restore(ann, id);
    await open().query(
      `update parley.message_versions set purge_at = purge_at - interval '60 days' where message_id = $1`,
      [id],
    );
    await deletePurgeableVersions(open().database.kysely);
    expect(await versions(id)).toEqual(['first']);
    expect((await read(id)).content).toBe('second');
  });

  it('counts again: a reply in its thread, which the event tells, a message among the unread', async () => {
    const root = await send('root');
    const reply = await send('reply', { threadId: root });
    const unread = async () => (await as(owner)('getConversation', { conversationId })).mine.unreadCount;
    const count = async () =>
      (await as(owner)('listReplies', { conversationId, messageId: root })).threads[root]?.replyCount;
    const unreadBefore = await unread();
    await remove(ann, reply);
    await remove(ann, root);
    expect([await count(), await unread()]).toEqual([0, unreadBefore - 1]);
    await restore(ann, root);
    const { seq } = await restore(ann, reply);
    expect([await count(), await unread()]).toEqual([1, unreadBefore]);
    const page = await readLogPage(as(owner), { conversationId, since: seq - 1 });
    expect(page.items).toMatchObject([
      { data: { id: reply, thread: { rootId: root, replyCount: 1, rev: seq } } },
    ]);
  });
});
