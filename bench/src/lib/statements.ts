import pg from 'pg';

/** What a server asked of PostgreSQL, statement by statement, as pg_stat_statements counts it. */
export interface Statements {
  /** Begins to count. */
  reset(): Promise<void>;
  /** The statements that took most time since then, as lines of text. @param messages  by which times are divided */
  top(messages: number, count?: number): Promise<string[]>;
}

/** Undefined where PostgreSQL was started without pg_stat_statements. */
export async function openStatements(url: string): Promise<Statements | undefined> {
  const ask = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  const isLoaded = await ask(
    `select current_setting('shared_preload_libraries') like '%pg_stat_statements%' as loaded`,
  );
  if (isLoaded[0]?.['loaded'] !== true) return undefined;
  await ask('create extension if not exists pg_stat_statements');
  return {
    reset: async () => void (await ask('select pg_stat_statements_reset()')),
    top: async (messages, count = 15) => {
      const rows = await ask(
        `select calls, total_exec_time + total_plan_time as ms, rows, wal_bytes,
           regexp_replace(query, '\\s+', ' ', 'g') as text
         from pg_stat_statements order by ms desc limit ${count}`,
      );
      return rows.map(({ calls, ms, rows: touched, wal_bytes: wal, text }) =>
        [
          `  ${((1000 * Number(ms)) / messages).toFixed(2).padStart(6)} us a message`,
          `${calls} calls`,
          `${(Number(ms) / Number(calls)).toFixed(2)} ms`,
          `${Math.round(Number(touched) / Number(calls))} rows`,
          `${Math.round(Number(wal) / messages)} bytes of WAL a message`,
          String(text).slice(0, 160),
        ].join('  '),
      );
    },
  };
}
