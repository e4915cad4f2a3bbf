import type { ConversationId, UserId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import type { Database, Statement } from '../db/database.js';
import { createFakeClock } from '../testing/fake-clock.js';
import { turn } from '../testing/turn.js';
import { startTailPoll } from './tail-poll.js';

const id = 'conversation' as ConversationId;
const person = 'person' as UserId;

interface LogState {
  xmin: number;
  /** Transactions in the commit log, with whom they touched. */
  rows: { xid: number; users?: readonly UserId[] }[];
}

/** A poll over a commit log that the test writes. */
async function open(log: LogState) {
  const clock = createFakeClock();
  const heard = { kinds: [] as string[], touched: [] as UserId[], compared: 0, errors: 0 };
  const world = { isUrgent: false, isAway: false, log };
  const query = async ({ name, values }: Statement): Promise<unknown[]> => {
    if (world.isAway) throw new Error('the database is away');
    if (name === 'parley_heads') {
      heard.compared += 1;
      return [{ id, head: 1 }];
    }
    const common = {
      now_xmin: String(log.xmin),
      oldest: log.rows[0] === undefined ? null : String(log.rows[0].xid),
    };
    const [bound] = values;
    const found = bound === null ? [] : log.rows.filter(({ xid }) => xid >= Number(bound));
    if (found.length === 0) return [{ ...common, xid: null, touched: null, users: null }];
    return found.map(({ xid, users = [] }) => ({
      ...common,
      xid: String(xid),
      touched: { [id]: xid },
      users,
    }));
  };
  const tail = startTailPoll({
    // A poll needs no more of a database.
    database: { query } as unknown as Database,
    clock,
    isUrgent: () => world.isUrgent,
    conversationIds: () => [id],
    userIds: () => [person],
    onHead: () => {},
    onTouched: (userIds) => void heard.touched.push(...userIds),
    onPolled: (_seconds, kind) => void heard.kinds.push(kind),
    onError: () => {
      heard.errors += 1;
    },
  });
  await turn();
  const pass = async (ms: number) => {
    clock.advance(ms);
    await turn();
    return heard.kinds.at(-1);
  };
  heard.touched = [];
  return { tail, clock, heard, world, pass };
}

describe('a poll', () => {
  it('compares everything without a bound, then reads the tail', async () => {
    const { heard, pass } = await open({ xmin: 10, rows: [{ xid: 5 }] });
    await pass(1000);
    expect([heard.kinds, heard.compared]).toEqual([['all', 'tail'], 1]);
  });

  it('compares everything when the oldest row left is younger than its bound', async () => {
    const { world, pass } = await open({ xmin: 10, rows: [{ xid: 5 }] });
    Object.assign(world.log, { xmin: 30, rows: [{ xid: 20 }] });
    expect(await pass(1000)).toBe('all');
    expect(await pass(1000)).toBe('tail');
  });

  it('reads the tail as long as an open transaction holds its bound, for nothing above was pruned then', async () => {
    const { world, pass } = await open({ xmin: 10, rows: [{ xid: 5 }] });
    world.log.rows = [{ xid: 20 }, { xid: 21 }];
    expect(await pass(1000)).toBe('tail');
  });

  it('reads the tail of a log that is and was empty', async () => {
    const { world, pass } = await open({ xmin: 10, rows: [] });
    world.log.xmin = 99;
    expect(await pass(1000)).toBe('tail');
  });

  it('tells people once, however often their row comes again, and again after everything was compared', async () => {
    const { world, heard, pass } = await open({ xmin: 10, rows: [{ xid: 5 }] });
    world.log.rows.push({ xid: 12, users: [person] });
    await pass(1000);
    await pass(1000);
    expect(heard.touched).toEqual([person]);
  });

  it('above five thousand rows compares everything', async () => {
    const { world, heard, pass } = await open({ xmin: 10, rows: [{ xid: 5 }] });
    for (let xid = 11; xid <= 5011; xid += 1) world.log.rows.push({ xid });
    expect(await pass(1000)).toBe('all');
    expect(heard.touched).toEqual([person]);
  });
});

describe('polling', () => {
  it('comes every second, and five times as often while others cannot be heard', async () => {
    const { heard, world, pass } = await open({ xmin: 10, rows: [] });
    for (let count = 0; count < 10; count += 1) await pass(200);
    expect(heard.kinds).toHaveLength(3);
    world.isUrgent = true;
    for (let count = 0; count < 5; count += 1) await pass(200);
    expect(heard.kinds).toHaveLength(8);
  });

  it('comes at once when it is asked for, and once more for all who ask meanwhile', async () => {
    const { heard, tail } = await open({ xmin: 10, rows: [] });
    for (let count = 0; count < 5; count += 1) tail.poll();
    await turn();
    expect(heard.kinds).toHaveLength(3);
  });

  it('goes on after a failure, from the bound it had', async () => {
    const { heard, world, pass } = await open({ xmin: 10, rows: [{ xid: 5 }] });
    world.isAway = true;
    world.log.rows.push({ xid: 12, users: [person] });
    await pass(1000);
    world.isAway = false;
    world.log.xmin = 40;
    await pass(1000);
    expect([heard.errors, heard.touched]).toEqual([1, [person]]);
  });

  it('ends when it is closed', async () => {
    const { tail, clock, heard } = await open({ xmin: 10, rows: [] });
    await tail.close();
    tail.poll();
    await turn();
    expect([clock.pending, heard.kinds.length]).toEqual([0, 1]);
  });
});
