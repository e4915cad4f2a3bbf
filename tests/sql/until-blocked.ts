import type { TestEngine } from '../../packages/server/src/testing/describe-each-engine.js';

/** Resolves once that many sessions of the database wait for a lock somebody else holds. */
export async function untilBlocked(engine: TestEngine, sessions = 1): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (Date.now() < deadline) {
    const rows = await engine.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`,
    );
    if ((rows[0]?.count ?? 0) >= sessions) return;
  }
  throw new Error(`fewer than ${sessions} sessions wait for a lock`);
}
