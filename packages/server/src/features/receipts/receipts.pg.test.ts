import type { ConversationId, MessageId, TenantId, UserId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { readResumeState } from '../../eventlog/resume.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { listenAs } from '../../testing/listen.js';
import { newConversationId, newMessageId, seedUser, seedUsers } from '../../testing/seed.js';

describeEachEngine('receipts', (open) => {
  let ann: Actor;
  let bob: Actor;
  let stranger: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    [ann, bob, stranger] = await Promise.all([
      seedUser(open().database),
      seedUser(open().database),
      seedUser(open().database),
    ]);
    const made = await as(ann)('createConversation', {
      type: 'group',
      name: 'ours',
      memberIds: [bob.userId],
    });
    conversationId = made.id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const send = async (by: Actor, threadId?: MessageId) => {
    const id = newMessageId();
    const ack = await as(by)('sendMessage', {
      conversationId,
      id,
      content: 'hello',
      ...(threadId === undefined ? {} : { threadId }),
    });
    return { id, seq: ack.seq };
  };
  const read = (by: Actor, seq: number, threadId?: MessageId) =>
    as(by)('markRead', { conversationId, seq, ...(threadId === undefined ? {} : { threadId }) });
  const mineOf = async (actor: Actor) => (await as(actor)('getConversation', { conversationId })).mine;
  const since = async (actor: Actor, sinceText?: string) =>
    readResumeState(open().database.kysely, open().core.cluster, { actor, since: sinceText });

  it('begin where somebody came in: what was there before is read', async () => {
    await send(ann);
    await send(ann);
    await as(ann)('addMembers', { conversationId, userIds: [stranger.userId] });
    expect(await mineOf(stranger)).toEqual({
      readSeq: 4,
      deliveredSeq: 4,
      unreadCount: 0,
      unreadFromSeq: null,
    });
    await send(ann);
    expect(await mineOf(stranger)).toMatchObject({ readSeq: 4, unreadCount: 1 });
  });

  it('move forward only, and reading is receiving', async () => {
    for (let sent = 0; sent < 4; sent += 1) await send(ann);
    expect(await mineOf(bob)).toEqual({ readSeq: 1, deliveredSeq: 1, unreadCount: 4, unreadFromSeq: null });
    expect(await as(bob)('markDelivered', { conversationId, seq: 3 })).toMatchObject({
      readSeq: 1,
      deliveredSeq: 3,
      unreadCount: 4,
    });
    expect(await read(bob, 4)).toEqual({ readSeq: 4, deliveredSeq: 4, unreadCount: 1, unreadFromSeq: null });
    expect(await read(bob, 2)).toMatchObject({ readSeq: 4, unreadCount: 1 });
    expect(await as(bob)('markDelivered', { conversationId, seq: 2 })).toMatchObject({ deliveredSeq: 4 });
    expect(await mineOf(bob)).toMatchObject({ readSeq: 4, deliveredSeq: 4, unreadCount: 1 });
  });

  it('stop at the head, however far somebody claims to have read', async () => {
    const { seq } = await send(ann);
    expect(await read(bob, 1_000_000)).toMatchObject({ readSeq: seq, deliveredSeq: seq, unreadCount: 0 });
    await send(ann);
    expect(await mineOf(bob)).toMatchObject({ readSeq: seq, unreadCount: 1 });
  });

  it('are the same in the list and in the single conversation', async () => {
    await send(ann);
    await read(bob, 1);
    const { items } = await as(bob)('listConversations', {});
    expect(items.map(({ mine }) => mine)).toEqual([await mineOf(bob)]);
  });

  it('leave deleted messages out of the unread', async () => {
    const first = await send(ann);
    await send(ann);
    await as(ann)('deleteMessage', { conversationId, messageId: first.id });
    expect(await mineOf(bob)).toMatchObject({ unreadCount: 1 });
    expect(await read(bob, first.seq)).toMatchObject({ unreadCount: 1 });
  });

  it('of the conversation do not count replies, and those of a thread count for who follows it', async () => {
    const root = await send(ann);
    await read(bob, root.seq);
    const reply = await send(bob, root.id);
    await send(bob, root.id);
    expect(await mineOf(bob)).toMatchObject({ unreadCount: 0 });
    await as(ann)('addMembers', { conversationId, userIds: [stranger.userId] });
    expect(await read(ann, reply.seq, root.id)).toMatchObject({ readSeq: reply.seq, unreadCount: 1 });
    expect(await read(ann, 0, root.id)).toMatchObject({ readSeq: reply.seq, unreadCount: 1 });
    expect(await read(stranger, 0, root.id)).toMatchObject({ unreadCount: 0 });
  });

  it('of threads stand beside the page: who wrote the root or a reply follows, at once', async () => {
    const root = await send(ann);
    await send(ann);
    const reply = await send(bob, root.id);
    const own = async (by: Actor) => (await as(by)('listMessages', { conversationId })).mine.threads;
    expect(await own(bob)).toEqual({ [root.id]: { isFollowed: true, readSeq: reply.seq, unreadCount: 0 } });
    expect(await own(ann)).toEqual({ [root.id]: { isFollowed: true, readSeq: 0, unreadCount: 1 } });
    const last = await send(ann, root.id);
    expect(await own(bob)).toMatchObject({ [root.id]: { unreadCount: 1 } });
    await read(bob, last.seq, root.id);
    expect(await own(bob)).toEqual({ [root.id]: { isFollowed: true, readSeq: last.seq, unreadCount: 0 } });
    await as(ann)('addMembers', { conversationId, userIds: [stranger.userId] });
    expect(await own(stranger)).toEqual({ [root.id]: { isFollowed: false, readSeq: 0, unreadCount: 0 } });
  });

  it('of a thread that is none here, or of a reply, are not found', async () => {
    const root = await send(ann);
    const reply = await send(ann, root.id);
    await expectCode('not_found', () => read(bob, 1, newMessageId()));
    await expectCode('not_found', () => read(bob, 1, reply.id));
  });

  it('marked unread keep what others see, and reading takes the mark back', async () => {
    const first = await send(ann);
    const last = await send(ann);
    await read(bob, last.seq);
    expect(await as(bob)('markUnread', { conversationId })).toEqual({
      readSeq: last.seq,
      deliveredSeq: last.seq,
      unreadCount: 0,
      unreadFromSeq: last.seq,
    });
    expect(await as(bob)('markUnread', { conversationId, fromSeq: first.seq })).toMatchObject({
      unreadFromSeq: first.seq,
    });
    expect(await as(bob)('markUnread', { conversationId, fromSeq: 99 })).toMatchObject({
      unreadFromSeq: last.seq,
    });
    expect(await listed(ann, bob.userId)).toMatchObject({ readSeq: last.seq });
    expect(await as(bob)('markDelivered', { conversationId, seq: 1 })).toMatchObject({
      unreadFromSeq: last.seq,
    });
    expect(await read(bob, 1)).toMatchObject({ unreadFromSeq: null });
    expect(await mineOf(bob)).toMatchObject({ unreadFromSeq: null });
  });

  it('follow from sending: who sends has read up to it, and is not marked unread any more', async () => {
    await send(ann);
    await as(bob)('markUnread', { conversationId });
    const { seq } = await send(bob);
    // Whatever is written at once takes along what waits.
    await read(ann, 1);
    expect(await mineOf(bob)).toEqual({
      readSeq: seq,
      deliveredSeq: seq,
      unreadCount: 0,
      unreadFromSeq: null,
    });
    expect(await mineOf(ann)).toMatchObject({ readSeq: seq - 1, unreadCount: 1 });
  });

  it('do not follow for the conversation from a reply, but that it arrived', async () => {
    const root = await send(ann);
    const reply = await send(bob, root.id);
    await read(ann, 1);
    expect(await mineOf(bob)).toMatchObject({ readSeq: 1, deliveredSeq: reply.seq, unreadCount: 1 });
  });

  it('that follow from sending are told to nobody, since everybody is told the message', async () => {
    const memberOf = [conversationId];
    const toViewer = listenAs(open(), bob, { memberOf, open: memberOf });
    const toSender = listenAs(open(), ann, { memberOf, open: memberOf });
    const { seq } = await send(ann);
    await read(bob, seq - 1);
    expect(await mineOf(ann)).toMatchObject({ readSeq: seq });
    const items = (by: typeof toViewer) =>
      by.signals.flatMap((signal) => (signal.kind === 'receipts.moved' ? signal.data.items : []));
    expect(items(toViewer).map(({ userId }) => userId)).not.toContain(ann.userId);
    expect(toSender.signals.map(({ kind }) => kind)).not.toContain('receipt.own');
  });

  it('marked unread right after sending stay marked', async () => {
    const { seq } = await send(bob);
    expect(await as(bob)('markUnread', { conversationId })).toMatchObject({
      readSeq: seq,
      unreadFromSeq: seq,
    });
    expect(await mineOf(bob)).toMatchObject({ readSeq: seq, unreadFromSeq: seq });
  });

  it('are state: resume tells a conversation in which one has read, and delivery alone it does not', async () => {
    const { seq } = await send(ann);
    await as(ann)('addMembers', { conversationId, userIds: [stranger.userId] });
    const before = await since(bob);
    // A transaction in between lets the snapshots differ.
    await seedUser(open().database);
    const later = await since(bob, (await since(bob, before.since)).since);
    expect([...later.heads.keys()]).not.toContain(conversationId);
    await as(bob)('markDelivered', { conversationId, seq });
    expect([...(await since(bob, later.since)).heads.keys()]).not.toContain(conversationId);
    await read(bob, seq);
    expect([...(await since(bob, later.since)).heads]).toContainEqual([conversationId, seq + 1]);
    expect([...(await since(stranger, later.since)).heads.keys()]).not.toContain(conversationId);
  });

  it('are nothing of strangers, of former members, and of other conversations', async () => {
    const { seq } = await send(ann);
    await as(ann)('removeMember', { conversationId, userId: bob.userId });
    // The same person of another tenant, as a token of that tenant would name them.
    const foreign: Actor = { ...ann, tenantId: newMessageId() as string as TenantId };
    for (const actor of [stranger, bob, foreign]) {
      await expectCode('not_found', () => read(actor, seq));
      await expectCode('not_found', () => as(actor)('markDelivered', { conversationId, seq }));
      await expectCode('not_found', () => as(actor)('markUnread', { conversationId }));
      await expectCode('not_found', () => as(actor)('listReceipts', { conversationId }));
    }
    await expectCode('not_found', () => as(ann)('markRead', { conversationId: newConversationId(), seq: 1 }));
    expect((await as(ann)('listReceipts', { conversationId })).items.map(({ userId }) => userId)).toEqual([
      ann.userId,
    ]);
  });

  it('still move in an archived conversation and for who is muted, and not in a deleted one', async () => {
    const { seq } = await send(ann);
    await open().query('update parley.conversation_heads set state = 1 where conversation_id = $1', [
      conversationId,
    ]);
    await open().query(
      `update parley.members set muted_until = now() + interval '1 hour' where conversation_id = $1 and user_id = $2`,
      [conversationId, bob.userId],
    );
    expect(await read(bob, seq)).toMatchObject({ readSeq: seq });
    await open().query('update parley.conversation_heads set state = 2 where conversation_id = $1', [
      conversationId,
    ]);
    await expectCode('not_found', () => read(bob, seq));
  });

  it('of many people at once are all written', async () => {
    const people = await seedUsers(open().database, 60);
    await as(ann)('addMembers', { conversationId, userIds: people.map(({ userId }) => userId) });
    const { seq } = await send(ann);
    const answers = await Promise.all([...people, bob].map((person) => read(person, seq)));
    expect(answers.every(({ readSeq, unreadCount }) => readSeq === seq && unreadCount === 0)).toBe(true);
    const { items, isOmitted } = await as(ann)('listReceipts', { conversationId });
    expect(isOmitted).toBe(false);
    expect(items).toHaveLength(62);
    // The sender among them: sending is reading.
    expect(items.filter(({ readSeq }) => readSeq === seq)).toHaveLength(62);
  });

  it('are told to who has the conversation open, to the sender of the latest message, and to the reader elsewhere', async () => {
    await as(ann)('addMembers', { conversationId, userIds: [stranger.userId] });
    const { seq } = await send(ann);
    const memberOf = [conversationId];
    const toSender = listenAs(open(), ann, { memberOf });
    const toViewer = listenAs(open(), stranger, { memberOf, open: memberOf });
    const toReader = listenAs(open(), bob, { memberOf });
    await read(bob, seq);
    const receipt = { userId: bob.userId, readSeq: seq, deliveredSeq: seq };
    const moved = (items: unknown) => ({ kind: 'receipts.moved', conversationId, data: { items } });
    expect(toSender.signals.filter(({ kind }) => kind === 'receipts.moved')).toEqual([moved([receipt])]);
    expect(toViewer.signals).toEqual([moved(expect.arrayContaining([receipt]))]);
    expect(toReader.signals).toEqual([
      {
        kind: 'receipt.own',
        conversationId,
        data: { readSeq: seq, deliveredSeq: seq, unreadFromSeq: null, threadId: null },
      },
    ]);
  });

  it('of who hides them are in no list and no frame of others, and who hides gets none of theirs', async () => {
    await as(ann)('addMembers', { conversationId, userIds: [stranger.userId] });
    const memberOf = [conversationId];
    const listeners = [ann, bob, stranger].map((actor) =>
      listenAs(open(), actor, { memberOf, open: memberOf }),
    );
    const moved = () =>
      listeners.map(({ signals }) =>
        signals
          .splice(0)
          .flatMap((signal) =>
            signal.kind === 'receipts.moved' ? signal.data.items.map(({ userId }) => userId) : [],
          ),
      );
    const listed = async (actor: Actor) =>
      (await as(actor)('listReceipts', { conversationId })).items.map(({ userId }) => userId);
    const everybody = [ann.userId, bob.userId, stranger.userId].sort();
    expect(await as(bob)('getPreferences', {})).toEqual({ hideReceipts: false });
    expect(await as(bob)('updatePreferences', { hideReceipts: true })).toEqual({ hideReceipts: true });
    expect(await as(bob)('updatePreferences', {})).toEqual({ hideReceipts: true });
    const { seq } = await send(ann);
    await read(bob, seq);
    expect(moved()).toEqual([[], [], []]);
    expect(await listed(ann)).toEqual(everybody.filter((userId) => userId !== bob.userId));
    expect(await listed(bob)).toEqual([bob.userId]);
    await read(stranger, seq);
    // Ann has the conversation open and sent its latest message: told twice, as the one and as the other.
    expect(moved()).toEqual([[stranger.userId, stranger.userId], [], [stranger.userId]]);
    expect(await mineOf(bob)).toMatchObject({ readSeq: seq, unreadCount: 0 });

    await as(bob)('updatePreferences', { hideReceipts: false });
    expect(await listed(ann)).toEqual(everybody);
    expect(await listed(bob)).toEqual(everybody);
  });

  it('of others do not reach a sender who hides theirs', async () => {
    await as(ann)('updatePreferences', { hideReceipts: true });
    const { seq } = await send(ann);
    const toSender = listenAs(open(), ann, { memberOf: [conversationId] });
    await read(bob, seq);
    expect(toSender.signals.filter(({ kind }) => kind === 'receipts.moved')).toEqual([]);
  });

  it('are counted by what moved them', async () => {
    const written = async (cause: string): Promise<number> => {
      const { values } = await open().core.metrics.watermarksWritten.get();
      return values.find(({ labels }) => labels.cause === cause)?.value ?? 0;
    };
    const [asked, sent] = [await written('asked'), await written('sent')];
    const { seq } = await send(ann);
    await read(bob, seq);
    expect(await written('asked')).toBe(asked + 1);
    expect(await written('sent')).toBeGreaterThan(sent);
  });

  it('are not listed above a hundred members', async () => {
    const people = await seedUsers(open().database, 99);
    const userIds = people.map(({ userId }) => userId);
    await as(ann)('addMembers', { conversationId, userIds: userIds.slice(0, 98) });
    expect((await as(ann)('listReceipts', { conversationId })).items).toHaveLength(100);
    await as(ann)('addMembers', { conversationId, userIds: userIds.slice(98) });
    expect(await as(ann)('listReceipts', { conversationId })).toEqual({ items: [], isOmitted: true });
  });

  async function listed(by: Actor, userId: UserId) {
    const { items } = await as(by)('listReceipts', { conversationId });
    return items.find((item) => item.userId === userId);
  }
});
