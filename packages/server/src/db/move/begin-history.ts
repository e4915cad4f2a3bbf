import { sql } from 'kysely';
import type { Database } from '../database.js';
import { listTables } from './list-tables.js';

/**
 * Makes a restored database one of its own: a new epoch, upon which every client loads anew, and no transaction id that the database cluster it was restored
 * into has not reached: such a row would look like a change to come, to everybody, until the cluster counts that far. No server may run on it meanwhile.
 * Resolves with the epoch.
 */
export async function beginHistory(database: Database): Promise<string> {
  return database.transaction(async (tx) => {
    await sql`delete from parley.commit_log`.execute(tx);
    for (const { name, columns } of await listTables(tx)) {
      const ids = columns.filter(({ type }) => type === 'xid8').map((column) => column.name);
      if (ids.length === 0) continue;
      const changes = ids.map((id) => `${id} = pg_current_xact_id()`);
      await sql.raw(`update parley.${name} set ${changes.join(', ')}`).execute(tx);
    }
    const { rows } = await sql<{ epoch: string }>`
      update parley.cluster_meta set epoch = gen_random_uuid() returning epoch::text`.execute(tx);
    const [row] = rows;
    if (row === undefined) throw new Error('parley.cluster_meta is empty; restore it from a backup');
    return row.epoch;
  });
}
