import { randomUUID } from 'node:crypto';
import type { SessionId } from '@parley/protocol';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { foreignSessionId } from '../../access/foreign-session.js';
import { isSessionLive } from '../../access/live-sessions.store.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { listenAs } from '../../testing/listen.js';
import { createListener } from '../../testing/publications.js';
import { newUserId, seedConversation, seedUser } from '../../testing/seed.js';

const soon = { timeout: 5000, interval: 10 };
const name = () => `n${randomUUID().slice(0, 13)}`;

describeEachEngine('people', (open) => {
  let ada: Actor;
  let bo: Actor;
  beforeEach(async () => {
    [ada, bo] = [await seedUser(open().database), await seedUser(open().database)];
  });
  const as = (actor: Actor) => callAs(open(), actor);
  const system = () => open().core.parley.asSystem();
  const rest = () => open().core.authenticator;
  const tokenOf = (actor: Actor) => open().core.tokens.sign(actor);
  const comeIn = async (actor: Actor) =>
    rest().authenticate({ authorization: `Bearer ${await tokenOf(actor)}`, asUser: undefined });
  const connect = (actor: Actor) => {
    const listener = createListener(actor.userId);
    open()
      .core.hub.record()
      .admit({ ...listener.subscriber, sessionId: actor.sessionId }, new Map());
    return listener;
  };
  const foreign = (actor: Actor, issuedAt: number): Actor => {
    const session = { issuer: 'issuer', subject: actor.userId, name: String(issuedAt), issuedAt };
    return { ...actor, sessionId: foreignSessionId(session) };
  };

  it('change what they say of themselves; others see it, but neither address nor language', async () => {
    const change = {
      displayName: 'Ada L.',
      bio: 'Counts.',
      avatarUrl: 'https://pictures.example/ada',
      locale: 'en-GB',
      metadata: { team: 'engines' },
      username: name(),
    };
    expect(await as(ada)('updateMe', change)).toMatchObject({ ...change, id: ada.userId, rev: 2 });
    const seen = await as(bo)('getUser', { userId: ada.userId });
    const { locale: _locale, ...shown } = change;
    expect(seen).toEqual({ ...shown, id: ada.userId, rev: 2 });
    const nothing = { bio: null, avatarUrl: null, locale: null, metadata: null };
    expect(await as(ada)('updateMe', nothing)).toMatchObject({ ...nothing, displayName: 'Ada L.', rev: 3 });
  });

  it('keep their rev when nothing is different, and cannot take a name of somebody', async () => {
    const { username, rev } = await as(ada)('updateMe', { username: name() });
    expect(await as(ada)('updateMe', { username, bio: null })).toMatchObject({ rev });
    expect(await as(ada)('updateMe', {})).toMatchObject({ rev });
    await expectCode('username_taken', () => as(bo)('updateMe', { username }));
  });

  it.each<[string, object]>([
    ['a picture without TLS', { avatarUrl: 'http://pictures.example/ada' }],
    ['a picture that is a script', { avatarUrl: 'javascript:alert(1)' }],
    ['a picture with a password', { avatarUrl: 'https://name:word@pictures.example/' }],
    ['no language', { locale: 'not a language' }],
    ['deep fields', { metadata: { a: { b: { c: { d: { e: 1 } } } } } }],
    ['large fields', { metadata: { a: 'x'.repeat(9000) } }],
    ['a novel', { bio: 'x'.repeat(1001) }],
    ['another address', { email: 'ada@example.org' }],
    ['who is disabled', { isDisabled: false }],
  ])('cannot say %s of themselves', async (_what, change) => {
    await expectCode('validation_failed', () => as(ada)('updateMe', change));
  });

  it('are told to their own sockets and to those they share a conversation with, and to nobody else', async () => {
    const conversationId = await seedConversation(open().database, { memberIds: [ada.userId, bo.userId] });
    await open().query(
      `insert into parley.conversations (id, type, created_by, created_at, member_count, rev)
       values ($1, 1, $2, now(), 2, 1) on conflict do nothing`,
      [conversationId, ada.userId],
    );
    const stranger = await seedUser(open().database);
    const [own, other, none] = [ada, bo, stranger].map((actor) => listenAs(open(), actor, { memberOf: [] }));
    await as(ada)('updateMe', { displayName: 'Ada', bio: 'private enough', locale: 'de' });
    await as(ada)('updateMe', { displayName: 'Ada' });
    const { id, username } = await as(ada)('getMe', {});
    const user = { id, username, displayName: 'Ada', avatarUrl: null, rev: 2 };
    const signal = { kind: 'user.updated', conversationId: null, data: { user } };
    expect([own?.signals, other?.signals, none?.signals]).toEqual([[signal], [signal], []]);
    for (const listener of [own, other, none]) listener?.close();
  });

  it('are made and changed by the software of the deployment, as often as it says so', async () => {
    const userId = newUserId();
    const made = await system().upsertUser({ userId, displayName: 'Cy' });
    expect(made).toMatchObject({ id: userId, displayName: 'Cy', email: null, isDisabled: false, rev: 1 });
    expect(await system().upsertUser({ userId, displayName: 'Cy' })).toEqual(made);
    const email = `${name()}@example.org`;
    const change = { userId, displayName: 'Cyril', username: name(), email, metadata: { plan: 'gold' } };
    const { userId: _userId, ...shown } = change;
    expect(await system().upsertUser(change)).toMatchObject({ ...shown, rev: 2 });
    const another = { userId: newUserId(), displayName: 'Dee' };
    await expectCode('email_taken', () => system().upsertUser({ ...another, email }));
    await expectCode('username_taken', () => system().upsertUser({ ...another, username: change.username }));
    await expectCode('not_found', () => as(ada)('getUser', { userId: another.userId }));
    const upserts = Array.from({ length: 10 }, () => system().upsertUser(another));
    expect(new Set((await Promise.all(upserts)).map(({ rev }) => rev))).toEqual(new Set([1]));
  });

  it('of another tenant are out of reach, and so is what belongs to the deployment for people', async () => {
    const stranger = await seedUser(
      open().database,
      '00000000-0000-4000-8000-0000000000cc' as Actor['tenantId'],
    );
    const theirs = { userId: stranger.userId, displayName: 'Mine now' };
    await expectCode('id_conflict', () => system().upsertUser(theirs));
    await expectCode('not_found', () => system().revokeUserTokens({ userId: stranger.userId }));
    await expectCode('not_found', () => as(ada)('getUser', { userId: stranger.userId }));
    await expectCode('forbidden', () => as(ada)('upsertUser', { userId: ada.userId, displayName: 'x' }));
    await expectCode('forbidden', () => as(ada)('revokeUserTokens', { userId: bo.userId }));
    await expectCode('unauthenticated', () => callAs(open(), undefined)('upsertUser', theirs));
    const server = { tenantId: ada.tenantId };
    const getMe = open().core.registry.operations.get('getMe');
    if (getMe === undefined) throw new Error('there is no getMe');
    await expectCode('forbidden', async () =>
      open().core.execute({ operation: getMe, input: {}, actor: undefined, server, opId: undefined }),
    );
  });

  it('who are disabled lose their sockets and every call, and nothing of it comes back when they may come again', async () => {
    const token = foreign(ada, Date.now() - 1000);
    const sockets = [connect(ada), connect(token)];
    const other = connect(bo);
    expect((await comeIn(ada)).actor).toEqual(ada);
    const disabled = { userId: ada.userId, displayName: 'Ada', isDisabled: true };
    expect(await system().upsertUser(disabled)).toMatchObject({ isDisabled: true });
    await expectCode('session_revoked', () => comeIn(ada));
    await vi.waitFor(
      () => expect(sockets.map(({ closes }) => closes)).toEqual([['session_revoked'], ['session_revoked']]),
      soon,
    );
    await expectCode('session_revoked', () => as(ada)('sync', {}));
    await system().upsertUser({ ...disabled, isDisabled: false });
    await expectCode('session_revoked', () => comeIn(ada));
    expect(await isSessionLive(open().database.kysely, token)).toBe(false);
    const later = foreign(ada, Date.now() + 1000);
    expect(await isSessionLive(open().database.kysely, later)).toBe(true);
    expect((await comeIn(bo)).actor).toEqual(bo);
    expect(other.closes).toEqual([]);
  });

  it('whose tokens are revoked come in with a later one only', async () => {
    const [before, after] = [foreign(ada, Date.now() - 60_000), foreign(ada, Date.now() + 60_000)];
    const sockets = [connect(ada), connect(before), connect(after)];
    await system().revokeUserTokens({ userId: ada.userId });
    await expectCode('session_revoked', () => comeIn(ada));
    const revoked = ['session_revoked'];
    await vi.waitFor(() => expect(sockets.map(({ closes }) => closes)).toEqual([revoked, revoked, []]), soon);
    expect(await as(after)('sync', {})).toMatchObject({ isReset: false });
    await expectCode('not_found', () => system().revokeUserTokens({ userId: newUserId() }));
    const unknown = { ...ada, sessionId: randomUUID() as string as SessionId };
    expect(await isSessionLive(open().database.kysely, unknown)).toBe(false);
  });
});
