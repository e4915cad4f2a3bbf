import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from './database.js';
import { migrationLock } from './migrate.js';

/** A SQL function as a file: `create function parley.{{name}}(…)`. */
export interface SqlFunction<Name extends string = string> {
  readonly name: Name;
  readonly text: string;
}

/**
 * Installs functions under `<name>_<hash of the text>`, so that nodes of two versions work beside each other during an upgrade. Returns the qualified
 * names this version calls. Older ones are left alone.
 */
export async function installFunctions<const Functions extends readonly SqlFunction[]>(
  database: Database,
  functions: Functions,
): Promise<Record<Functions[number]['name'], string>> {
  const installed = functions.map(({ name, text }) => {
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    return { name, text, versioned: `${name}_${hash}` };
  });
  await database.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(tx);
    for (const { text, versioned } of installed) {
      const { rows } = await sql`
        select 1 from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where n.nspname = 'parley' and p.proname = ${versioned}`.execute(tx);
      if (rows.length === 0) await sql.raw(text.replace('{{name}}', versioned)).execute(tx);
    }
  });
  // Built from the same list, so every name is there.
  return Object.fromEntries(installed.map(({ name, versioned }) => [name, `parley.${versioned}`])) as Record<
    Functions[number]['name'],
    string
  >;
}
