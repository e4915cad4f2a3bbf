import type { ConversationId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { auditLog } from '../../testing/log-audit.js';
import { newConversationId, newMessageId, newUserId, seedUser, seedUsers } from '../../testing/seed.js';

describeEachEngine('conversations', (open) => {
  let ann: Actor;
  let bob: Actor;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    bob = await seedUser(open().database);
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const direct = (from: Actor, to: Actor) =>
    as(from)('createConversation', { type: 'direct', memberIds: [to.userId] });
  const group = (name: string, members: Actor[] = [], id = newConversationId()) =>
    as(ann)('createConversation', {
      id,
      type: 'group',
      name,
      memberIds: members.map((member) => member.userId),
    });
  const send = (actor: Actor, conversationId: ConversationId) =>
    as(actor)('sendMessage', { conversationId, id: newMessageId(), content: 'hello' });

  it('direct: made by both at once they are one, with two members and one entry in its log', async () => {
    const made = await Promise.all([direct(ann, bob), direct(bob, ann), direct(ann, bob)]);
    const ids = new Set(made.map((conversation) => conversation.id));
    expect(ids.size).toBe(1);
    expect(made[0]).toMatchObject({
      memberCount: 2,
      directUserIds: [ann.userId, bob.userId].sort(),
      lastSeq: 1,
    });
    const [id] = ids;
    expect(id && (await auditLog(open().database, id)).seqs).toEqual([1]);
  });

  it('direct: a later one answers what is there, messages and all', async () => {
    const { id } = await direct(ann, bob);
    await send(bob, id);
    expect(await direct(ann, bob)).toMatchObject({
      id,
      lastSeq: 2,
      lastMessage: { content: 'hello', seq: 2 },
    });
  });

  it('group: the same id again answers the first; somebody else with that id gets id_conflict', async () => {
    const id = newConversationId();
    const first = await group('first', [bob], id);
    expect(await group('second', [], id)).toEqual(first);
    await expectCode('id_conflict', () =>
      as(bob)('createConversation', { id, type: 'group', name: 'mine', memberIds: [] }),
    );
    expect((await auditLog(open().database, id)).seqs).toEqual([1]);
  });

  it('group: with somebody who does not exist nothing is made at all', async () => {
    const id = newConversationId();
    await expectCode('invalid_reference', () =>
      as(ann)('createConversation', { id, type: 'group', name: 'x', memberIds: [newUserId()] }),
    );
    await expectCode('not_found', () => as(ann)('getConversation', { conversationId: id }));
    expect(await group('now', [], id)).toMatchObject({ id, name: 'now' });
  });

  it('naming oneself or somebody twice is refused', async () => {
    for (const memberIds of [[ann.userId], [bob.userId, bob.userId]])
      await expectCode('validation_failed', () =>
        as(ann)('createConversation', { type: 'group', name: 'x', memberIds }),
      );
  });

  it('a stranger gets the same not_found for one that exists and for one that does not', async () => {
    const { id } = await group('secret');
    const errors = [
      await expectCode('not_found', () => as(bob)('getConversation', { conversationId: id })),
      await expectCode('not_found', () =>
        as(bob)('getConversation', { conversationId: newConversationId() }),
      ),
      await expectCode('not_found', () => as(bob)('listMessages', { conversationId: id })),
      await expectCode('not_found', () => send(bob, id)),
    ];
    expect(new Set(errors.map((error) => JSON.stringify(error.toBody('r')))).size).toBe(1);
  });

  it('the list turns its pages completely and without doubles, latest activity first', async () => {
    const made: ConversationId[] = [];
    for (let count = 0; count < 7; count += 1) made.push((await group(`number ${count}`)).id);
    const [oldest] = made;
    if (oldest !== undefined) await send(ann, oldest);
    const expected = [...made.slice(0, 1), ...made.slice(1).reverse()];
    for (const limit of [1, 2, 3, 7, 100]) expect(await listAll(limit)).toEqual(expected);
  });

  it('the list holds equal moments apart by their ids, over the edge of a page', async () => {
    for (let count = 0; count < 5; count += 1) await group(`number ${count}`);
    await open().query(
      "update parley.conversation_heads set last_activity_at = '2026-01-01T00:00:00.000001Z'",
    );
    const found = await listAll(2);
    expect(found).toHaveLength(5);
    expect(found).toEqual([...new Set(found)].sort().reverse());
  });

  it('the list shows the latest message and the people it names, and nothing of others', async () => {
    const { id } = await group('ours', [bob]);
    await send(bob, id);
    await as(bob)('createConversation', { type: 'group', name: 'his', memberIds: [] });
    const { items, users } = await as(ann)('listConversations', {});
    expect(items).toMatchObject([
      { id, name: 'ours', lastMessage: { senderId: bob.userId, content: 'hello' } },
    ]);
    expect(Object.keys(users)).toEqual([bob.userId]);
  });

  it('a cursor that is none of ours is refused', async () => {
    for (const cursor of [
      'x',
      Buffer.from(`2026-02-30T00:00:00.000000Z ${newConversationId()}`).toString('base64url'),
    ])
      await expectCode('invalid_cursor', () => as(ann)('listConversations', { cursor }));
  });

  it('a hundred people come in with the one entry that makes it', async () => {
    const people = await seedUsers(open().database, 100);
    const { id } = await group('many', people);
    expect(await as(ann)('getConversation', { conversationId: id })).toMatchObject({
      memberCount: 101,
      lastSeq: 1,
    });
  });

  async function listAll(limit: number): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await as(ann)('listConversations', { limit, ...(cursor === undefined ? {} : { cursor }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      ids.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined && ids.length < 200);
    return ids;
  }
});
