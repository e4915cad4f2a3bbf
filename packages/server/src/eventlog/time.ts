import { type RawBuilder, sql } from 'kysely';

/** A timestamp column as the wire has it: ISO 8601, UTC, microseconds. Made by SQL, because a JavaScript date would lose the microseconds. */
export function iso(column: string): RawBuilder<string> {
  return sql`to_char(${sql.ref(column)} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}
