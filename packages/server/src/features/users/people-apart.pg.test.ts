/** One person's account says nothing of another's: what ends, lists or tells something about one leaves the others alone, in their tenant and elsewhere. */
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { foreignSessionId } from '../../access/foreign-session.js';
import { ensureUser } from '../../access/identities.store.js';
import { isSessionLive } from '../../access/live-sessions.store.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { listenAs } from '../../testing/listen.js';
import { seedUser, seedUsers } from '../../testing/seed.js';

const noProfile = { username: undefined, displayName: undefined, email: undefined, avatarUrl: undefined };

describeEachEngine('accounts beside each other', (open) => {
  let ann: Actor;
  let bob: Actor;

  beforeEach(async () => {
    const [first, second] = await seedUsers(open().database, 2);
    if (first === undefined || second === undefined) throw new Error('two were made');
    [ann, bob] = [first, second];
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const isLive = (actor: Pick<Actor, 'userId' | 'sessionId'>) => isSessionLive(open().database.kysely, actor);
  const sessionsOf = async (actor: Actor) =>
    (await as(actor)('listSessions', {})).items.map(({ id }) => id as string);

  it('list their own sessions, and end no others', async () => {
    expect(await sessionsOf(ann)).toEqual([ann.sessionId]);
    expect(await sessionsOf(bob)).toEqual([bob.sessionId]);
    await as(ann)('logoutAll', {});
    expect([await isLive(ann), await isLive(bob)]).toEqual([false, true]);
  });

  it('of the disabled open nothing, be the session their own, somebody else’s token, or begun later', async () => {
    const session = { issuer: 'issuer', subject: ann.userId, name: 'token', issuedAt: Date.now() + 60_000 };
    const foreign = { userId: ann.userId, sessionId: foreignSessionId(session) };
    expect([await isLive(ann), await isLive(foreign)]).toEqual([true, true]);
    // As a log-in leaves them that was under way: what ends sessions did not see its own.
    await open().query('update parley.users set disabled_at = now() where id = $1', [ann.userId]);
    expect([await isLive(ann), await isLive(foreign), await isLive(bob)]).toEqual([false, false, true]);
  });

  it('tell of a new name those who share a conversation, not those who share one with somebody else', async () => {
    const [cid, dora] = await seedUsers(open().database, 2);
    if (cid === undefined || dora === undefined) throw new Error('two were made');
    await as(ann)('createConversation', { type: 'group', memberIds: [bob.userId] });
    await as(cid)('createConversation', { type: 'group', memberIds: [dora.userId] });
    const [friend, stranger] = [bob, dora].map((actor) => listenAs(open(), actor, { memberOf: [] }));
    await as(ann)('updateMe', { displayName: 'Ann' });
    expect(friend?.signals).toHaveLength(1);
    expect(stranger?.signals).toEqual([]);
    for (const listener of [friend, stranger]) listener?.close();
  });

  it('of another tenant are taken over by nobody whose issuer names their id', async () => {
    // A UUID of a test.
    const tenantId = '00000000-0000-4000-8000-0000000000ef' as Actor['tenantId'];
    const foreigner = await seedUser(open().database, tenantId);
    const identity = { issuer: 'theirs', subject: foreigner.userId, profile: noProfile, saidAt: Date.now() };
    const db = open().database.kysely;
    expect(await ensureUser(db, { ...identity, tenantId: ann.tenantId })).not.toBe(foreigner.userId);
    expect(await ensureUser(db, { ...identity, tenantId })).toBe(foreigner.userId);
  });

  it('of another tenant are neither changed, disabled nor ended by the software of this one', async () => {
    // A UUID of a test.
    const tenantId = '00000000-0000-4000-8000-0000000000ee' as Actor['tenantId'];
    const foreigner = await seedUser(open().database, tenantId);
    const { userId } = foreigner;
    const before = await open().query('select * from parley.users where id = $1', [userId]);
    const system = open().core.parley.asSystem();
    await expectCode('id_conflict', () => system.upsertUser({ userId, displayName: 'x', isDisabled: true }));
    await expectCode('not_found', () => system.revokeUserTokens({ userId }));
    expect(await open().query('select * from parley.users where id = $1', [userId])).toEqual(before);
    expect(await isLive(foreigner)).toBe(true);
  });
});
