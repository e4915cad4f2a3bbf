/**
 * The ways that look right and lose data, each shown failing beside ours. They were measured before the design was made; if a version of PostgreSQL
 * changes one of them, its test fails and the reason behind a rule has to be thought through again.
 */
import { randomUUID } from 'node:crypto';
import type { ConversationId } from '@parley/protocol';
import pg from 'pg';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { readResumeState } from '../../packages/server/src/eventlog/resume.js';
import { createSendBatch, type SendBatch } from '../../packages/server/src/eventlog/send.js';
import { describePostgres } from '../../packages/server/src/testing/describe-each-engine.js';
import { auditLog } from '../../packages/server/src/testing/log-audit.js';
import { seedConversation, seedUser, sendOf } from '../../packages/server/src/testing/seed.js';
import { callSend } from './call-send.js';
import { untilBlocked } from './until-blocked.js';

/** Lock, dedupe and number in one statement: its snapshot is older than the lock it waited for. */
const oneStatement = `
  with locked as materialized (select id, last_seq from naive.heads where id = $1 for update),
  fresh as materialized (select 1 where not exists (select 1 from naive.entries where id = $1 and op = $2)),
  moved as (update naive.heads h set last_seq = h.last_seq + 1 from locked, fresh where h.id = locked.id returning h.last_seq)
  insert into naive.entries select $1, last_seq, $2 from moved on conflict do nothing`;

/** Number first, let the unique index find the repeat. */
const allocateFirst = `
  with moved as (update naive.heads set last_seq = last_seq + 1 where id = $1 returning last_seq)
  insert into naive.entries select $1, last_seq, $2 from moved on conflict do nothing`;

describePostgres('pitfalls', (open) => {
  let one: pg.Client;
  let two: pg.Client;

  beforeAll(async () => {
    await open().query('create schema naive');
    await open().query('create table naive.heads (id int primary key, last_seq int not null default 0)');
    await open().query(
      'create table naive.entries (id int, seq int, op uuid, primary key (id, seq), unique (id, op))',
    );
    await open().query('create table naive.outbox (n bigserial primary key, text text)');
  });

  beforeEach(async () => {
    one = await open().connect();
    two = await open().connect();
    await open().query('truncate naive.heads, naive.entries, naive.outbox');
    await open().query('insert into naive.heads (id) values (1), (2)');
  });

  const naiveState = async () => {
    const rows = await open().query<{ head: number; count: number }>(
      'select last_seq as head, (select count(*)::int from naive.entries where id = 1) as count from naive.heads where id = 1',
    );
    return rows[0];
  };
  const raceRepeat = async (statement: string) => {
    const op = randomUUID();
    await one.query('begin');
    await one.query(statement, [1, op]);
    const second = two.query(statement, [1, op]);
    await untilBlocked(open());
    await one.query('commit');
    await second;
  };

  it('lock and dedupe in one statement: a repeat that waited leaves a hole for ever', async () => {
    await raceRepeat(oneStatement);
    expect(await naiveState()).toEqual({ head: 2, count: 1 });
  });

  it('allocate, then "on conflict do nothing": every repeat leaves a hole', async () => {
    await raceRepeat(allocateFirst);
    expect(await naiveState()).toEqual({ head: 2, count: 1 });
  });

  it('ours: the same race leaves one message and head 1', async () => {
    const { userId } = await seedUser(open().database);
    const conversationId = await seedConversation(open().database, { memberIds: [userId] });
    const message = sendOf({ conversationId, senderId: userId });
    const call = (client: pg.Client) =>
      callSend((text, values) => client.query(text, values).then(({ rows }) => rows), {
        sendFunction: open().sendFunction,
        operations: [message],
        wait: true,
      });
    await one.query('begin');
    const [first] = await call(one);
    const second = call(two);
    await untilBlocked(open());
    await one.query('commit');
    expect(await second).toEqual([{ ...first, status: 1 }]);
    expect(await auditLog(open().database, conversationId)).toMatchObject({ seqs: [1], head: 1 });
  });

  it('a cursor over a sequence passes the transaction that commits late', async () => {
    await one.query('begin');
    await one.query("insert into naive.outbox (text) values ('slow')");
    await two.query("insert into naive.outbox (text) values ('fast')");
    const after = 'select n, text from naive.outbox where n > $1 order by n';
    const seen = await open().query<{ n: number; text: string }>(after, [0]);
    await one.query('commit');
    const later = await open().query<{ n: number; text: string }>(after, [seen.at(-1)?.n]);
    expect([...seen, ...later].map((row) => row.text)).toEqual(['fast']);
  });

  it('ours: "since" tells of the late one, and an open write in another database stalls nobody', async () => {
    const engine = open();
    const actor = await seedUser(engine.database);
    const members = { memberIds: [actor.userId] };
    const slow = await seedConversation(engine.database, members);
    const fast = await seedConversation(engine.database, members);
    const resume = (since?: string) =>
      readResumeState(engine.database.kysely, engine.core.cluster, { actor, since });
    const start = await resume();
    const elsewhere = new pg.Client({ connectionString: process.env['PARLEY_TEST_DATABASE_URL'] });
    await elsewhere.connect();
    await elsewhere.query('begin');
    await elsewhere.query('select pg_current_xact_id()');

    await one.query('begin');
    await callSend((text, values) => one.query(text, values).then(({ rows }) => rows), {
      sendFunction: engine.sendFunction,
      operations: [sendOf({ conversationId: slow, senderId: actor.userId })],
    });
    await engine.sendBatch([sendOf({ conversationId: fast, senderId: actor.userId })], { wait: false });
    const between = await resume(start.since);
    expect(between.heads.get(fast)).toBe(1);
    await one.query('commit');
    expect((await resume(between.since)).heads.get(slow)).toBe(1);
    await elsewhere.query('rollback');
    await elsewhere.end();
  });

  it('rows locked in the order of the caller deadlock', async () => {
    const lock = (client: pg.Client, id: number) =>
      client.query('update naive.heads set last_seq = last_seq where id = $1', [id]);
    await one.query("set deadlock_timeout = '10ms'");
    await one.query('begin');
    await two.query('begin');
    await lock(one, 1);
    await lock(two, 2);
    const crossing = Promise.allSettled([lock(one, 2), lock(two, 1)]);
    const failed = (await crossing).filter((result) => result.status === 'rejected');
    expect(failed.map(({ reason }) => reason.code)).toEqual(['40P01']);
    await one.query('rollback');
    await two.query('rollback');
  });

  it('ours: arrays in opposite order, waiting for each other, never deadlock', async () => {
    const engine = open();
    const { userId } = await seedUser(engine.database);
    const ids: ConversationId[] = [];
    for (let count = 0; count < 6; count += 1)
      ids.push(await seedConversation(engine.database, { memberIds: [userId] }));
    const writers: SendBatch[] = [];
    for (let count = 0; count < 4; count += 1)
      writers.push(createSendBatch(await engine.openAnother(), engine.sendFunction));
    const rounds = 40;
    const write = async (send: SendBatch, order: readonly ConversationId[]) => {
      for (let round = 0; round < rounds; round += 1)
        await send(
          order.map((conversationId) => sendOf({ conversationId, senderId: userId })),
          { wait: true },
        );
    };
    await Promise.all(writers.map((send, index) => write(send, index % 2 === 0 ? ids : [...ids].reverse())));
    for (const id of ids) expect((await auditLog(engine.database, id)).head).toBe(rounds * writers.length);
  });
});
