import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describePostgres } from '../testing/describe-each-engine.js';
import type { Database } from './database.js';

describePostgres('the pool of connections', (open) => {
  const pidOf = async (database: Database) => {
    const [row] = await database.query<{ pid: number }>({
      name: 'pid',
      text: 'select pg_backend_pid() as pid',
      values: [],
    });
    return row?.pid;
  };

  it('destroys the connection of a transaction that waited longer than the client waits', async () => {
    const holder = await open().connect();
    await holder.query('select pg_advisory_lock(1)');
    const database = await open().openAnother({ poolSize: 1, queryTimeoutMs: 700 });
    const hung = await pidOf(database);
    const transaction = database.transaction((tx) => sql`select pg_advisory_xact_lock(1)`.execute(tx));
    await expect(transaction).rejects.toThrow('Query read timeout');
    expect(await pidOf(database)).not.toBe(hung);
    await holder.query('select pg_advisory_unlock(1)');
  });

  it('outlives a connection that is terminated within a transaction', async () => {
    const database = await open().openAnother({ poolSize: 1 });
    const killer = await open().connect();
    const transaction = database.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await killer.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
      await sql`select 1`.execute(tx);
    });
    await expect(transaction).rejects.toThrow();
    expect(await pidOf(database)).toBeTypeOf('number');
  });
});
