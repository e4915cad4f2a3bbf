import { CompiledQuery, sql } from 'kysely';
import type { Tx } from '../database.js';
import type { Table } from './list-tables.js';

export interface CopyOptions {
  readonly from: Tx;
  readonly to: Tx;
  /** Called after each batch with the rows copied so far. */
  readonly onRows: (count: number) => void;
}

const batchRows = 500;

/**
 * Copies a table's rows, then where its sequences stand. Every value travels as text, which both engines read as they wrote it.
 *
 * Transaction ids do not travel: the old database counted from elsewhere, and an id the new one has not reached would look like a change to come. Each
 * becomes the id of the copying transaction, which whoever asks the new database has already seen.
 */
export async function copyTable(table: Table, { from, to, onRows }: CopyOptions): Promise<void> {
  const { name, columns } = table;
  const list = columns.map((column, index) => `${column.name}::text as c${index}`).join(', ');
  await sql.raw(`declare parley_move no scroll cursor for select ${list} from parley.${name}`).execute(from);
  const insert = insertText(table);
  let count = 0;
  for (;;) {
    const { rows } = await sql
      .raw<Record<string, string | null>>(`fetch forward ${batchRows} from parley_move`)
      .execute(from);
    if (rows.length === 0) break;
    const values = columns.map((_, index) => rows.map((row) => row[`c${index}`] ?? null));
    await to.executeQuery(CompiledQuery.raw(insert, values));
    count += rows.length;
    onRows(count);
  }
  await sql.raw('close parley_move').execute(from);
  for (const sequence of table.sequences) await copySequence(sequence, from, to);
}

function insertText({ name, columns }: Table): string {
  const names = columns.map((column) => column.name).join(', ');
  const parameters = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  const aliases = columns.map((_, index) => `c${index}`).join(', ');
  const values = columns.map(({ type }, index) =>
    type === 'xid8'
      ? `case when r.c${index} is not null then pg_current_xact_id() end`
      : `r.c${index}::${type}`,
  );
  return `insert into parley.${name} (${names}) overriding system value
    select ${values.join(', ')} from unnest(${parameters}) as r(${aliases})`;
}

async function copySequence(sequence: string, from: Tx, to: Tx): Promise<void> {
  const { rows } = await sql
    .raw<{ last: string; is_called: boolean }>(`select last_value::text as last, is_called from ${sequence}`)
    .execute(from);
  const [state] = rows;
  if (state === undefined) throw new Error(`${sequence} has no state`);
  await sql`select setval(${sequence}::text::regclass, ${state.last}::text::bigint, ${state.is_called}::boolean)`.execute(
    to,
  );
}
