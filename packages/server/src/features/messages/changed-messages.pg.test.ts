import type { ConversationId, MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUser } from '../../testing/seed.js';

describeEachEngine('editing and deleting messages', (open) => {
  let ann: Actor;
  let ben: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    ben = await seedUser(open().database);
    const memberIds = [ben.userId];
    conversationId = (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const send = async (
    actor: Actor,
    content = 'hello',
    more: { threadId?: string; replyToId?: string } = {},
  ) => {
    const id = newMessageId();
    await as(actor)('sendMessage', { conversationId, id, content, ...more });
    return id;
  };
  const read = async (messageId: MessageId) =>
    (await as(ann)('getMessage', { conversationId, messageId })).message;
  const edit = (actor: Actor, messageId: MessageId, content = 'other words') =>
    as(actor)('editMessage', { conversationId, messageId, content });
  const remove = (actor: Actor, messageId: MessageId, opId: string = newMessageId()) =>
    as(actor)('deleteMessage', { conversationId, messageId }, opId);
  const setRole = (actor: Actor, role: number) =>
    open().query('update parley.members set role = $3 where conversation_id = $1 and user_id = $2', [
      conversationId,
      actor.userId,
      role,
    ]);

  it('an edit changes the words, keeps its place, says when, and keeps what was said as versions', async () => {
    const id = await send(ann, 'first');
    const second = await edit(ann, id, 'second');
    const third = await edit(ann, id, 'third');
    expect(await read(id)).toMatchObject({
      content: 'third',
      seq: 2,
      ord: 1,
      rev: third.seq,
      editedAt: third.at,
    });
    const { items } = await as(ben)('listVersions', { conversationId, messageId: id });
    expect(items.map(({ content, rev }) => [content, rev])).toEqual([
      ['first', 2],
      ['second', second.seq],
    ]);
  });

  it('an edit leaves metadata alone unless it gives some, and takes it away with null', async () => {
    const id = newMessageId();
    await as(ann)('sendMessage', { conversationId, id, content: 'hello', metadata: { a: 1 } });
    await edit(ann, id);
    expect((await read(id)).metadata).toEqual({ a: 1 });
    await as(ann)('editMessage', { conversationId, messageId: id, content: 'x', metadata: { b: 2 } });
    expect((await read(id)).metadata).toEqual({ b: 2 });
    await as(ann)('editMessage', { conversationId, messageId: id, content: 'x', metadata: null });
    expect((await read(id)).metadata).toBeNull();
  });

  it('nobody edits the words of somebody else, of a deleted message, or of one elsewhere', async () => {
    const id = await send(ann);
    await expectCode('forbidden', () => edit(ben, id));
    await expectCode('not_found', () => edit(ann, newMessageId()));
    const elsewhere = (await as(ann)('createConversation', { type: 'group', name: 'other', memberIds: [] }))
      .id;
    const input = { conversationId: elsewhere, messageId: id, content: 'x' };
    await expectCode('not_found', () => as(ann)('editMessage', input));
    await remove(ann, id);
    await expectCode('not_found', () => edit(ann, id));
  });

  it('a deleted message keeps its place and nothing else; its history is gone for all', async () => {
    const id = await send(ann, 'secret');
    await edit(ann, id, 'more secret');
    const { seq, at } = await remove(ann, id);
    expect(await read(id)).toMatchObject({
      seq: 2,
      ord: 1,
      rev: seq,
      content: '',
      metadata: null,
      deletedAt: at,
    });
    await expectCode('not_found', () => as(ann)('listVersions', { conversationId, messageId: id }));
    const kept = await open().query<{ content: string; days: number }>(
      `select content, extract(day from purge_at - now())::int as days from parley.message_versions
       where conversation_id = $1 and message_id = $2 order by rev`,
      [conversationId, id],
    );
    expect(kept.map(({ content }) => content)).toEqual(['secret', 'more secret']);
    expect(kept.every(({ days }) => days >= 29)).toBe(true);
    await expectCode('not_found', () => remove(ann, id));
  });

  it('a member deletes their own; a moderator and an admin also those of lower roles; an owner anybody’s', async () => {
    const [ofAnn, ofBen] = [await send(ann), await send(ben)];
    await expectCode('forbidden', () => remove(ben, ofAnn));
    await setRole(ben, 1);
    await expectCode('rank_too_low', () => remove(ben, ofAnn));
    await setRole(ben, 2);
    await expectCode('rank_too_low', () => remove(ben, ofAnn));
    await setRole(ben, 3);
    await remove(ben, ofAnn);
    await setRole(ben, 0);
    await setRole(ann, 1);
    await remove(ann, ofBen);
  });

  it('the same operation again is the same answer, whatever has happened since', async () => {
    const id = await send(ann);
    const [editId, removeId] = [newMessageId(), newMessageId()];
    const editAs = (messageId: MessageId, content: string, opId: string) =>
      as(ann)('editMessage', { conversationId, messageId, content }, opId);
    const edited = await editAs(id, 'new', editId);
    const removed = await remove(ann, id, removeId);
    expect(await editAs(id, 'another', editId)).toEqual(edited);
    expect(await remove(ann, id, removeId)).toEqual(removed);
    const another = await send(ann);
    await expectCode('id_conflict', () => editAs(another, 'x', removeId));
    expect((await read(id)).content).toBe('');
  });

  it('somebody who is muted edits nothing and may still delete their own', async () => {
    const id = await send(ben);
    await open().query(
      `update parley.members set muted_until = now() + interval '1 hour' where conversation_id = $1 and user_id = $2`,
      [conversationId, ben.userId],
    );
    await expectCode('muted', () => edit(ben, id));
    await remove(ben, id);
  });

  it('an archived conversation takes no edits and no deletions', async () => {
    const id = await send(ann);
    await open().query('update parley.conversation_heads set state = 1 where conversation_id = $1', [
      conversationId,
    ]);
    await expectCode('conversation_archived', () => edit(ann, id));
    await expectCode('conversation_archived', () => remove(ann, id));
  });

  it('a reply quotes what it answers as it is now, and answers only what is there', async () => {
    const question = await send(ann, 'question');
    const answer = await send(ben, 'answer', { replyToId: question });
    await edit(ann, question, 'better question');
    const page = await as(ann)('listMessages', { conversationId });
    expect(page.items.map(({ replyToId }) => replyToId)).toEqual([null, question]);
    expect(page.quotes[question]?.content).toBe('better question');
    await remove(ben, answer);
    for (const replyToId of [answer, newMessageId()])
      await expectCode('invalid_reference', () => send(ann, 'x', { replyToId }));
  });

  it('replies in a thread count there, not in the conversation, and lift it in no list', async () => {
    const root = await send(ann, 'root');
    const before = await as(ann)('getConversation', { conversationId });
    const replies = [await send(ben, 'one', { threadId: root }), await send(ann, 'two', { threadId: root })];
    await send(ann, 'later');
    const page = await as(ann)('listMessages', { conversationId });
    expect(page.items.map(({ content, ord }) => [content, ord])).toEqual([
      ['root', 1],
      ['later', 2],
    ]);
    expect(page.threads[root]).toMatchObject({ replyCount: 2, lastOrd: 2, lastSeq: 4, rev: 4 });
    const thread = await as(ben)('listReplies', { conversationId, messageId: root, limit: 1 });
    expect(thread.items.map(({ id, ord }) => [id, ord])).toEqual([[replies[1], 2]]);
    const older = await as(ben)('listReplies', {
      conversationId,
      messageId: root,
      before: thread.previousCursor,
    });
    expect(older.items.map(({ id }) => id)).toEqual([replies[0]]);
    expect(before.lastMessage?.content).toBe('root');
    await remove(ben, replies[0] ?? root);
    const after = await as(ben)('listReplies', { conversationId, messageId: root });
    expect(after.threads[root]).toMatchObject({ replyCount: 1, lastOrd: 2 });
  });

  it('a thread stands under a message of the conversation itself', async () => {
    const root = await send(ann);
    const reply = await send(ann, 'reply', { threadId: root });
    for (const threadId of [reply, newMessageId()])
      await expectCode('not_found', () => send(ann, 'x', { threadId }));
    await expectCode('not_found', () => as(ann)('listReplies', { conversationId, messageId: reply }));
    await expectCode('not_found', () => as(ann)('listMessages', { conversationId, around: reply }));
  });
});
