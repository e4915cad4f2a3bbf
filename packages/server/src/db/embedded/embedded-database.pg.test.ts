import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.js';
import type { Database } from '../database.js';
import { openEmbedded } from './embedded-database.js';

const log = { error: () => {} };
const clock = createFakeClock();

describe('the embedded database', () => {
  let directory: string;
  let database: Database;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parley-'));
    database = await openEmbedded({ directory, log, clock });
    await sql`create table notes (id bigint primary key, text text)`.execute(database.kysely);
  });

  afterAll(async () => {
    await database.close();
    await rm(directory, { recursive: true, force: true });
  });

  const insert = (id: number) => sql`insert into notes values (${id}, 'text')`;
  const ids = async () => {
    const { rows } = await sql<{ id: number }>`select id from notes order by id`.execute(database.kysely);
    return rows.map((row) => row.id);
  };

  it('keeps what was committed over a close and a start', async () => {
    await insert(1).execute(database.kysely);
    await database.close();
    database = await openEmbedded({ directory, log, clock });
    expect(await ids()).toEqual([1]);
  });

  it('makes anew what a start that died in the middle has left', async () => {
    const unfinished = await mkdtemp(join(tmpdir(), 'parley-'));
    await mkdir(join(unfinished, 'pgdata.new'));
    await writeFile(join(unfinished, 'pgdata.new', 'PG_VERSION'), '18');
    const other = await openEmbedded({ directory: unfinished, log, clock });
    const { rows } = await sql`select 1 as one`.execute(other.kysely);
    await other.close();
    expect([rows, await readdir(unfinished)]).toEqual([[{ one: 1 }], ['meta.json', 'pgdata']]);
    await rm(unfinished, { recursive: true, force: true });
  });

  it('rolls a transaction back whose work throws, and works on', async () => {
    const work = database.transaction(async (tx) => {
      await insert(2).execute(tx);
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    await expect(database.transaction((tx) => insert(1).execute(tx))).rejects.toMatchObject({
      code: '23505',
    });
    await database.transaction((tx) => insert(3).execute(tx));
    expect(await ids()).toEqual([1, 3]);
  });

  it('lets nobody into a transaction: queries and transactions beside it wait for its end', async () => {
    const order: string[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const transaction = database.transaction(async (tx) => {
      await insert(4).execute(tx);
      await held;
      order.push('transaction');
      throw new Error('undone');
    });
    const query = database
      .query({ name: 'ids', text: 'select id from notes order by id', values: [] })
      .then((rows) => {
        order.push('query');
        return rows;
      });
    const beside = database.transaction(async () => void order.push('beside'));
    release();
    await expect(transaction).rejects.toThrow('undone');
    expect(await query).toEqual([{ id: 1 }, { id: 3 }]);
    await beside;
    expect(order).toEqual(['transaction', 'query', 'beside']);
  });

  it('gives positions as numbers, times and transaction ids as text, json parsed, like PostgreSQL', async () => {
    const text = `select 9007199254740991::int8 as position, '2026-01-01T00:00:00.000001Z'::timestamptz::text as at,
      timestamptz '2026-01-01T00:00:00Z' as stamp, '17'::xid8 as xid, '{"a":[1]}'::jsonb as json, '{a,NULL}'::text[] as list`;
    const [row] = await database.query<Record<string, unknown>>({ name: 'types', text, values: [] });
    expect(row).toMatchObject({
      position: Number.MAX_SAFE_INTEGER,
      xid: '17',
      json: { a: [1] },
      list: ['a', null],
    });
    expect(typeof row?.['stamp']).toBe('string');
  });

  it('analyses its tables once a minute, by the clock it is given', async () => {
    const analysed = async () => {
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from pg_stats where tablename = 'notes'`.execute(database.kysely);
      return rows[0]?.count;
    };
    expect(await analysed()).toBe(0);
    await database.query({ name: 'one', text: 'select 1', values: [] });
    clock.advance(60_000);
    expect(await analysed()).toBeGreaterThan(0);
  });

  it('answers a ping', async () => {
    expect(await database.ping()).toBeUndefined();
  });
});
