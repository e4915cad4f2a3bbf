import type { ConversationId, SessionId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Actor } from '../access/actor.js';
import type { Database } from '../db/database.js';
import { Hub } from '../fanout/hub.js';
import { describeEachEngine } from '../testing/describe-each-engine.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { createListener, publicationOf } from '../testing/publications.js';
import { newConversationId, newUserId, seedConversation, seedUser } from '../testing/seed.js';
import { createUserCheck } from './user-check.js';

/** A pause that is over in the next turn. */
function atOnce(_ms: number, callback: () => void): () => void {
  const timer = setImmediate(callback);
  return () => clearImmediate(timer);
}

describeEachEngine('looking at people again', (open) => {
  let database: Database;
  let user: Actor;
  let hub: Hub;

  beforeEach(async () => {
    ({ database } = open());
    user = await seedUser(database);
    hub = new Hub();
  });

  const startSession = (of: Actor) =>
    sql`
    insert into parley.sessions (id, tenant_id, user_id, expires_at)
    values (${of.sessionId}, ${of.tenantId}, ${of.userId}, now() + interval '1 day') on conflict do nothing`.execute(
      database.kysely,
    );
  const endSession = (sessionId: SessionId) =>
    sql`update parley.sessions set revoked_at = now() where id = ${sessionId}`.execute(database.kysely);
  const connect = (heads: readonly (readonly [ConversationId, number])[], of: Actor = user) => {
    const listener = createListener(of.userId);
    const subscriber = { ...listener.subscriber, sessionId: of.sessionId };
    hub.record().admit(subscriber, new Map(heads));
    return listener;
  };
  /** Looks, and resolves once that is over; `meanwhile` happens while the statement is under way. */
  const look = (userIds: readonly UserId[], use: { database?: Database; meanwhile?: () => void } = {}) =>
    new Promise<number>((resolve) => {
      const check = createUserCheck({
        database: use.database ?? database,
        hub,
        clock: { ...createFakeClock(), after: atOnce },
        onChecked: resolve,
        onError: () => {},
      });
      check.check(userIds);
      use.meanwhile?.();
    });

  it('closes sockets of sessions that ended, and leaves the others', async () => {
    const other = { ...user, sessionId: newUserId() as string as SessionId };
    await startSession(other);
    const [ended, going] = [connect([]), connect([], other)];
    await endSession(user.sessionId);
    expect(await look([user.userId])).toBe(1);
    expect([ended.closes, going.closes, hub.size]).toEqual([['session_revoked'], [], 1]);
  });

  it('brings sockets into conversations they miss and out of those that are over', async () => {
    const added = await seedConversation(database, { memberIds: [user.userId] });
    const removed = await seedConversation(database, { memberIds: [user.userId] });
    const socket = connect([[removed, 0]]);
    await sql`update parley.members set status = 2 where conversation_id = ${removed}`.execute(
      database.kysely,
    );
    await look([user.userId]);
    hub.deliver(publicationOf(removed, [1]));
    hub.deliver(publicationOf(added, [1]));
    expect(Object.fromEntries(socket.heads)).toEqual({ [added]: 0, [removed]: -1 });
    expect(socket.events).toEqual([`${added} 1`]);
  });

  it('believes what happened while it read rather than what it read', async () => {
    const conversationId = newConversationId();
    const removed = await seedConversation(database, { memberIds: [user.userId] });
    const socket = connect([[removed, 0]]);
    await look([user.userId], {
      meanwhile: () => {
        hub.deliver(publicationOf(conversationId, [1], { joins: [user.userId] }));
        hub.deliver(publicationOf(removed, [1], { leaves: [user.userId] }));
      },
    });
    hub.deliver(publicationOf(conversationId, [2]));
    hub.deliver(publicationOf(removed, [2]));
    expect(socket.events).toEqual([`${conversationId} 1`, `${removed} 1`, `${conversationId} 2`]);
  });

  it('asks nothing about people without sockets here', async () => {
    connect([]);
    const stranger = newUserId();
    expect(await look([stranger, user.userId])).toBe(1);
  });

  it('tells how far the own log goes', async () => {
    const socket = connect([]);
    await sql`insert into parley.user_heads (user_id, tenant_id, last_seq) values (${user.userId}, ${user.tenantId}, 7)`.execute(
      database.kysely,
    );
    await look([user.userId]);
    expect(socket.ownHeads).toEqual([7]);
  });

  it('looks once more at who was on the way in when something happened to them', async () => {
    const looked: number[] = [];
    const check = createUserCheck({
      database,
      hub,
      clock: { ...createFakeClock(), after: atOnce },
      onChecked: (people) => void looked.push(people),
      onError: () => {},
    });
    const [arrived, alsoArrived] = [check.arriving(user.userId), check.arriving(newUserId())];
    check.check([user.userId]);
    const socket = connect([]);
    await endSession(user.sessionId);
    alsoArrived();
    arrived();
    arrived();
    await vi.waitFor(() => expect(socket.closes).toEqual(['session_revoked']));
    expect(looked).toEqual([1]);
  });

  it('looks again when the database did not answer', async () => {
    const socket = connect([]);
    await endSession(user.sessionId);
    let failures = 2;
    const flaky: Database = {
      ...database,
      get kysely() {
        failures -= 1;
        if (failures >= 0) throw new Error('the database is away');
        return database.kysely;
      },
    };
    await look([user.userId], { database: flaky });
    expect([socket.closes, failures]).toEqual([['session_revoked'], -1]);
  });
});
