import { sql } from 'kysely';
import type { Executor } from '../database.js';

export interface Column {
  readonly name: string;
  /** As SQL writes it, `uuid[]`. */
  readonly type: string;
}

/** A table of the schema `parley`. Names are those of our migrations: they need no quotes. */
export interface Table {
  readonly name: string;
  /** Without generated ones. */
  readonly columns: readonly Column[];
  /** The sequences behind identity columns. */
  readonly sequences: readonly string[];
}

interface Row {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly sequences: readonly string[];
  readonly refers_to: readonly string[];
}

/** The tables of the schema, each behind those it refers to. */
export async function listTables(db: Executor): Promise<Table[]> {
  const { rows } = await sql<Row>`
    select c.relname as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod)) order by a.attname)
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '') as columns,
      (select coalesce(json_agg(s.name order by s.name), '[]') from (
        select pg_get_serial_sequence('parley.' || c.relname, a.attname) as name
        from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) s where s.name is not null) as sequences,
      (select coalesce(json_agg(r.relname), '[]') from pg_constraint k join pg_class r on r.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and r.oid <> c.oid) as refers_to
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'parley' and c.relkind = 'r' order by c.relname`.execute(db);
  return sortByReference(rows);
}

function sortByReference(rows: readonly Row[]): Table[] {
  const sorted: Table[] = [];
  const done = new Set<string>();
  let waiting = [...rows];
  while (waiting.length > 0) {
    const ready = waiting.filter((row) => row.refers_to.every((name) => done.has(name)));
    if (ready.length === 0)
      throw new Error(
        `tables refer to each other in a circle: ${waiting.map(({ name }) => name).join(', ')}`,
      );
    for (const { name, columns, sequences } of ready) {
      done.add(name);
      sorted.push({ name, columns, sequences });
    }
    waiting = waiting.filter(({ name }) => !done.has(name));
  }
  return sorted;
}
