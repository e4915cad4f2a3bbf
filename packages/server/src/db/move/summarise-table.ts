import { sql } from 'kysely';
import type { Executor } from '../database.js';
import type { Table } from './list-tables.js';

/** What a table holds, told so that two engines can be compared. */
export interface TableSummary {
  readonly table: string;
  readonly rows: number;
  /** The sum of 64 bits of each row's SHA-256, whatever order they lie in. Transaction ids are no part of it: they are a database's own. */
  readonly checksum: string;
}

/** Counts a table's rows and sums their hashes. Reads the whole table. */
export async function summariseTable(db: Executor, { name, columns }: Table): Promise<TableSummary> {
  const compared = columns.filter(({ type }) => type !== 'xid8').map((column) => `t.${column.name}::text`);
  const { rows } = await sql
    .raw<{ count: number; checksum: string }>(`
      select count(*)::int8 as count, coalesce(sum(
        ('x' || encode(substr(sha256(convert_to(row(${compared.join(', ')})::text, 'UTF8')), 1, 8), 'hex'))::bit(64)::int8::numeric
      ), 0)::text as checksum from parley.${name} t`)
    .execute(db);
  return { table: name, rows: rows[0]?.count ?? 0, checksum: rows[0]?.checksum ?? '' };
}
