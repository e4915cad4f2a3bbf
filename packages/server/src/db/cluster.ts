import { sql } from 'kysely';
import type { Database } from './database.js';

/** Which database this is. */
export interface Cluster {
  /** Identity of the history; changes only where history was cut. */
  readonly epoch: string;
  /** Changes when transaction ids start anew: another cluster, or this one restored elsewhere. */
  readonly systemIdentifier: string;
  /** Changes when a standby is promoted. */
  readonly timeline: number;
  /** The database within the cluster: a copy made beside the original has everything else in common with it. */
  readonly databaseName: string;
}

export async function readCluster(database: Database): Promise<Cluster> {
  const { rows } = await sql<{ epoch: string; name: string }>`
    select epoch::text, current_database() as name from parley.cluster_meta`.execute(database.kysely);
  const [row] = rows;
  if (row === undefined) throw new Error('parley.cluster_meta is empty; restore it from a backup');
  return { epoch: row.epoch, databaseName: row.name, ...(await readIdentity(database)) };
}

/**
 * What transaction ids belong to. Hosted databases may withhold the control functions; then the epoch alone has to tell histories apart.
 * Not within a transaction: being refused would end it.
 */
export async function readIdentity(
  database: Database,
): Promise<Pick<Cluster, 'systemIdentifier' | 'timeline'>> {
  try {
    const { rows } = await sql<{ id: string; timeline: number }>`
      select (select system_identifier::text from pg_control_system()) as id,
        (select timeline_id from pg_control_checkpoint()) as timeline`.execute(database.kysely);
    return { systemIdentifier: rows[0]?.id ?? 'unknown', timeline: rows[0]?.timeline ?? 0 };
  } catch {
    return { systemIdentifier: 'unknown', timeline: 0 };
  }
}
