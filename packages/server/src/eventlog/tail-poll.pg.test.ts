import type { ConversationId, UserId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Database } from '../db/database.js';
import { describePostgres, type TestEngine } from '../testing/describe-each-engine.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { newUserId, seedConversation, seedUser, sendOf } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import { keepCommitLogShort } from './retention.js';
import { startTailPoll, type TailPoll } from './tail-poll.js';
import { touchUsers } from './touched-users.js';

interface Heard {
  readonly heads: Map<ConversationId, number>;
  readonly touched: UserId[];
}

describePostgres('the tail poll', (open) => {
  let engine: TestEngine;
  let userId: UserId;
  let local: ConversationId[];
  let heard: Heard;

  beforeEach(async () => {
    engine = open();
    ({ userId } = await seedUser(engine.database));
    local = [await seedConversation(engine.database, { memberIds: [userId] })];
    heard = { heads: new Map(), touched: [] };
    // Transactions of other tests on this server move the bound as they like; with a row this old nothing can have been pruned.
    await engine.query("insert into parley.commit_log (xid) values ('1') on conflict do nothing");
  });

  /** A poll that has its bound; `poll` resolves with what it was once it is over. */
  const start = async (database: Database = engine.database) => {
    let onEnd: (kind: string) => void = () => {};
    const clock = createFakeClock();
    const ended = () =>
      new Promise<string>((resolve) => {
        onEnd = resolve;
      });
    const first = ended();
    const tail: TailPoll = startTailPoll({
      database,
      clock,
      isUrgent: () => false,
      conversationIds: () => local,
      userIds: () => [userId],
      onHead: (conversationId, head) => heard.heads.set(conversationId, head),
      onTouched: (userIds) => void heard.touched.push(...userIds),
      onPolled: (_seconds, kind) => onEnd(kind),
      onError: () => onEnd('failed'),
    });
    await first;
    await turn();
    heard = { heads: new Map(), touched: [] };
    const poll = async () => {
      const end = ended();
      tail.poll();
      return end;
    };
    return { poll, tail, clock, ended };
  };
  const commit = async (conversationId = local[0]) => {
    if (conversationId === undefined) throw new Error('there is no conversation');
    await engine.sendBatch([sendOf({ conversationId, senderId: userId })], { wait: true });
  };
  const prune = () =>
    engine.query(
      'delete from parley.commit_log where xid < (select xid from parley.commit_log order by xid desc limit 1)',
    );

  it('tells the heads that commits moved since the poll before, and people once a commit', async () => {
    const { poll } = await start();
    const other = newUserId();
    await commit();
    await commit();
    await engine.database.transaction((tx) => touchUsers(tx, [userId, other, userId]));
    await poll();
    expect([...heard.heads]).toEqual([[local[0], 2]]);
    // While others' transactions hold the bound, people of the tests before may be told again: that is harmless, and not asked here.
    const ofHere = () => heard.touched.filter((id) => id === userId || id === other).sort();
    expect(ofHere()).toEqual([userId, other].sort());
    await poll();
    await poll();
    expect(ofHere()).toHaveLength(2);
  });

  it('finds what a transaction wrote that was open all the while, and tells people of others but once', async () => {
    const long = await engine.connect();
    await long.query('begin');
    await long.query(`insert into parley.commit_log (touched) values ('{"long": 7}')`);
    const { poll } = await start();
    await engine.database.transaction((tx) => touchUsers(tx, [userId]));
    await commit();
    await poll();
    await poll();
    const heardOfHere = heard.touched.filter((id) => id === userId);
    // Before anything is judged: while it is open nothing can be pruned, in the tests after this one either.
    const hadHeard = heard.heads.has('long' as ConversationId);
    await long.query('commit');
    expect([heardOfHere, hadHeard]).toEqual([[userId], false]);
    await poll();
    expect(heard.heads.get('long' as ConversationId)).toBe(7);
  });

  it('compares all heads once rows may have been pruned before they were read', async () => {
    const { poll } = await start();
    await commit();
    await commit();
    await prune();
    // Transactions of others hold the bound where it is, and with it pruning; they end.
    while ((await poll()) !== 'all');
    expect(heard.heads.get(local[0] as ConversationId)).toBe(2);
    expect(heard.touched).toContain(userId);
  });

  it('compares all heads above five thousand rows, a thousand at once', async () => {
    const { poll } = await start();
    const others = Array.from({ length: 1001 }, () => newUserId() as string as ConversationId);
    const [last] = local;
    await commit(last);
    local = [...others, ...local];
    await engine.query(
      `insert into parley.commit_log (xid) select (pg_current_xact_id()::text::bigint + g)::text::xid8 from generate_series(1, 5001) g`,
    );
    expect(await poll()).toBe('all');
    expect([...heard.heads]).toEqual([[last, 1]]);
    await engine.query('delete from parley.commit_log where xid > pg_current_xact_id()');
  });

  it('keeps its bound when it fails', async () => {
    let isAway = false;
    const { database } = engine;
    const flaky: Database = {
      ...database,
      query: (statement) =>
        isAway ? Promise.reject(new Error('the database is away')) : database.query(statement),
    };
    const { poll } = await start(flaky);
    await commit();
    isAway = true;
    expect(await poll()).toBe('failed');
    await commit();
    isAway = false;
    await poll();
    expect(heard.heads.get(local[0] as ConversationId)).toBe(2);
  });

  it('polls every second by itself, and no more once it is closed', async () => {
    const { clock, ended, tail } = await start();
    const end = ended();
    clock.advance(800);
    clock.advance(200);
    await end;
    await tail.close();
    expect(clock.pending).toBe(0);
  });

  it('never loses the newest row to pruning', async () => {
    const clock = createFakeClock();
    const errors: unknown[] = [];
    const rows = () =>
      engine.query<{ touched: Record<string, number> }>('select touched from parley.commit_log');
    await commit();
    await commit();
    let pruned: () => void = () => {};
    const { database } = engine;
    const stop = keepCommitLogShort({
      database,
      clock,
      onError: (error) => errors.push(error),
      onPruned: () => pruned(),
    });
    // Transactions of others hold the bound for a while.
    do {
      const done = new Promise<void>((resolve) => {
        pruned = resolve;
      });
      clock.advance(60_000);
      await done;
    } while ((await rows()).length > 1);
    stop();
    expect([errors, (await rows()).map((row) => row.touched)]).toEqual([[], [{ [local[0] ?? '']: 2 }]]);
  });
});
