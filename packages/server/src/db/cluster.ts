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
}

export async function readCluster(database: Database): Promise<Cluster> {
  const { rows } = await sql<{ epoch: string }>`select epoch::text from parley.cluster_meta`.execute(
    database.kysely,
  );
  const epoch = rows[0]?.epoch;
  if (epoch === undefined) throw new Error('parley.cluster_meta is empty; restore it from a backup');
  return { epoch, ...(await readControlFile(database)) };
}

/** Hosted databases may withhold the control functions; then the epoch alone has to tell histories apart. */
async function readControlFile(database: Database): Promise<Omit<Cluster, 'epoch'>> {
  try {
    const { rows } = await sql<{ id: string; timeline: number }>`
      select (select system_identifier::text from pg_control_system()) as id,
        (select timeline_id from pg_control_checkpoint()) as timeline`.execute(database.kysely);
    return { systemIdentifier: rows[0]?.id ?? 'unknown', timeline: rows[0]?.timeline ?? 0 };
  } catch {
    return { systemIdentifier: 'unknown', timeline: 0 };
  }
}
