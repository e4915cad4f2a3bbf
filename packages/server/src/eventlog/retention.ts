/**
 * Keeps the commit log short. It is pruned by what every snapshot of five minutes ago could already see, never by age: a long transaction may commit
 * a row that is older than any clock would keep. The newest row always stays: while it is older than a reader's bound, that reader has lost nothing.
 */
import { sql } from 'kysely';
import type { Database } from '../db/database.js';
import type { Clock } from '../lib/clock.js';

const intervalMs = 60_000;
const samplesKept = 5;

/** Prunes once a minute; returns its undoing. */
export function keepCommitLogShort(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
  /** Called after each time, whether there was anything to take or not. */
  readonly onPruned?: () => void;
}): () => void {
  const samples: string[] = [];
  return options.clock.every(intervalMs, () => {
    prune(options.database, samples).then(options.onPruned, options.onError);
  });
}

async function prune(database: Database, samples: string[]): Promise<void> {
  const { rows } = await sql<{ xmin: string }>`
    select pg_snapshot_xmin(pg_current_snapshot())::text as xmin`.execute(database.kysely);
  samples.push(rows[0]?.xmin ?? '0');
  if (samples.length <= samplesKept) return;
  const oldest = samples.shift() ?? '0';
  await sql`
    delete from parley.commit_log where xid < ${oldest}::xid8
    and xid < (select xid from parley.commit_log order by xid desc limit 1)`.execute(database.kysely);
}
