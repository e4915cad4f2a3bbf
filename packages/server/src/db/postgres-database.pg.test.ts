import { sql } from 'kysely';
import { expect, it, vi } from 'vitest';
import { describePostgres } from '../testing/describe-each-engine.js';
import type { Database } from './database.js';
import { isConnectionLost } from './database-error.js';

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

  it('takes a connection for lost whose transaction stood still longer than the database allows', async () => {
    const database = await open().openAnother({ poolSize: 1 });
    const watcher = await open().connect();
    const transaction = database.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`
        select pg_backend_pid() as pid from set_config('idle_in_transaction_session_timeout', '50', true)`.execute(
        tx,
      );
      await vi.waitFor(
        async () => {
          const { rowCount } = await watcher.query('select from pg_stat_activity where pid = $1', [
            rows[0]?.pid,
          ]);
          expect(rowCount).toBe(0);
        },
        { timeout: 5000, interval: 20 },
      );
      await sql`select 1`.execute(tx);
    });
    expect(await transaction.then(() => undefined, isConnectionLost)).toBe(true);
    expect(await pidOf(database)).toBeTypeOf('number');
  });
});
