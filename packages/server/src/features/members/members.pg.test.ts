import type { ConversationId, Role, UserId } from '@parley/protocol';
import { roles } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { auditLog, oneTo } from '../../testing/log-audit.js';
import { readLogPage } from '../../testing/log-page.js';
import { newMessageId, newUserId, seedUser, seedUsers } from '../../testing/seed.js';

describeEachEngine('members', (open) => {
  let ann: Actor;
  let bob: Actor;
  let cid: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    bob = await seedUser(open().database);
    cid = await seedUser(open().database);
    const made = await as(ann)('createConversation', {
      type: 'group',
      name: 'ours',
      memberIds: [bob.userId],
    });
    conversationId = made.id;
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const add = (by: Actor, userIds: UserId[], opId?: string) =>
    as(by)('addMembers', { conversationId, userIds }, opId);
  const remove = (by: Actor, { userId }: Actor, opId?: string) =>
    as(by)('removeMember', { conversationId, userId }, opId);
  const send = (by: Actor) => as(by)('sendMessage', { conversationId, id: newMessageId(), content: 'hello' });
  const setRole = (actor: Actor, role: Role) =>
    open().query('update parley.members set role = $3 where conversation_id = $1 and user_id = $2', [
      conversationId,
      actor.userId,
      roles.indexOf(role),
    ]);
  const get = () => as(ann)('getConversation', { conversationId });

  it('come in by one entry of the log, and may read and send from there', async () => {
    expect(await add(bob, [cid.userId])).toEqual({ seq: 2 });
    expect(await send(cid)).toMatchObject({ seq: 3 });
    expect(await get()).toMatchObject({ memberCount: 3, rev: 2 });
    const { items } = await readLogPage(as(cid), { conversationId, since: 1 });
    expect(items).toMatchObject([
      {
        kind: 'members.added',
        seq: 2,
        actorId: bob.userId,
        data: { members: [{ userId: cid.userId, joinedSeq: 2 }] },
      },
      { kind: 'message.created', seq: 3 },
    ]);
  });

  it('that are there already change nothing and are no entry', async () => {
    expect(await add(ann, [bob.userId])).toEqual({ seq: 1 });
    expect((await auditLog(open().database, conversationId)).seqs).toEqual([1]);
  });

  it('added twice with the same opId get the same answer, also at once', async () => {
    const opId = newMessageId();
    const answers = await Promise.all([add(ann, [cid.userId], opId), add(ann, [cid.userId], opId)]);
    expect([...answers, await add(ann, [cid.userId], opId)]).toEqual([{ seq: 2 }, { seq: 2 }, { seq: 2 }]);
    expect(await get()).toMatchObject({ memberCount: 3, lastSeq: 2 });
  });

  it('are added all or none: an unknown person stops it', async () => {
    await expectCode('invalid_reference', () => add(ann, [cid.userId, newUserId()]));
    await expectCode('not_found', () => send(cid));
    expect(await get()).toMatchObject({ memberCount: 2, lastSeq: 1 });
  });

  it('that were removed neither read nor send, and are not in the list', async () => {
    expect(await remove(ann, bob)).toEqual({ seq: 2 });
    await expectCode('not_found', () => send(bob));
    await expectCode('not_found', () => as(bob)('listMessages', { conversationId }));
    expect((await as(bob)('listConversations', {})).items).toEqual([]);
    expect((await as(ann)('listMembers', { conversationId })).items.map((member) => member.userId)).toEqual([
      ann.userId,
    ]);
    expect(await get()).toMatchObject({ memberCount: 1 });
  });

  it('removed twice: the same command repeats its answer, another finds nobody', async () => {
    const opId = newMessageId();
    expect([await remove(ann, bob, opId), await remove(ann, bob, opId)]).toEqual([{ seq: 2 }, { seq: 2 }]);
    await expectCode('not_found', () => remove(ann, bob));
    expect((await auditLog(open().database, conversationId)).seqs).toEqual([1, 2]);
  });

  it('come back with a new place at the end', async () => {
    await remove(ann, bob);
    await send(ann);
    await add(ann, [bob.userId]);
    const { items } = await as(bob)('listMembers', { conversationId });
    expect(items.map(({ userId, joinedSeq }) => [userId, joinedSeq])).toEqual([
      [ann.userId, 1],
      [bob.userId, 4],
    ]);
  });

  it('leave without any right, but the last owner stays until everybody else has gone', async () => {
    await expectCode('last_owner', () => remove(ann, ann));
    expect(await remove(bob, bob)).toEqual({ seq: 2 });
    expect(await remove(ann, ann)).toEqual({ seq: 3 });
  });

  it('are removed by those above them only', async () => {
    await add(ann, [cid.userId]);
    await expectCode('forbidden', () => remove(bob, cid));
    await setRole(bob, 'moderator');
    await setRole(cid, 'moderator');
    await expectCode('rank_too_low', () => remove(bob, cid));
    await expectCode('rank_too_low', () => remove(bob, ann));
    await expectCode('rank_too_low', () =>
      as(bob)('addMembers', { conversationId, userIds: [newUserId()], role: 'admin' }),
    );
    await setRole(cid, 'member');
    expect(await remove(bob, cid)).toEqual({ seq: 3 });
  });

  it('of a direct conversation neither come nor go', async () => {
    const { id } = await as(ann)('createConversation', { type: 'direct', memberIds: [bob.userId] });
    await expectCode('forbidden', () => as(ann)('addMembers', { conversationId: id, userIds: [cid.userId] }));
    await expectCode('forbidden', () => as(ann)('removeMember', { conversationId: id, userId: ann.userId }));
  });

  it('and messages at once make one log without a hole', async () => {
    const people = await seedUsers(open().database, 10);
    await Promise.all(people.flatMap(({ userId }) => [add(ann, [userId]), send(ann), send(bob)]));
    const audit = await auditLog(open().database, conversationId);
    expect(audit).toMatchObject({
      seqs: oneTo(31),
      ords: oneTo(20),
      head: 31,
      committedHead: 31,
      stampsIncrease: true,
    });
    expect(await get()).toMatchObject({ memberCount: 12 });
  });

  it('are listed completely and without doubles, whatever the size of the page', async () => {
    await add(
      ann,
      (await seedUsers(open().database, 11)).map(({ userId }) => userId),
    );
    const everybody = (await as(ann)('listMembers', { conversationId, limit: 100 })).items.map(
      ({ userId }) => userId,
    );
    expect(new Set(everybody).size).toBe(13);
    for (const limit of [1, 4, 13]) {
      const found: UserId[] = [];
      let cursor: string | undefined;
      do {
        const page = await as(ann)('listMembers', {
          conversationId,
          limit,
          ...(cursor === undefined ? {} : { cursor }),
        });
        found.push(...page.items.map(({ userId }) => userId));
        cursor = page.nextCursor;
      } while (cursor !== undefined && found.length < 200);
      expect(found).toEqual(everybody);
    }
  });
});
