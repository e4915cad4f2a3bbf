import type { ParsedInput, Preferences } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../../access/actor.js';
import type { Executor } from '../../db/database.js';

/** What somebody has chosen; undefined when they are no more. */
export async function findPreferences(
  db: Executor,
  { tenantId, userId }: Actor,
): Promise<Preferences | undefined> {
  const { rows } = await sql<{ hide_receipts: boolean }>`
    select u.hide_receipts from parley.users u where u.tenant_id = ${tenantId} and u.id = ${userId}`.execute(
    db,
  );
  return rows[0] === undefined ? undefined : { hideReceipts: rows[0].hide_receipts };
}

/** Stores what is given and returns all of it; undefined when they are no more. */
export async function updatePreferences(
  db: Executor,
  { tenantId, userId }: Actor,
  { hideReceipts }: ParsedInput<'updatePreferences'>,
): Promise<Preferences | undefined> {
  const { rows } = await sql<{ hide_receipts: boolean }>`
    update parley.users u set hide_receipts = coalesce(${hideReceipts ?? null}::boolean, u.hide_receipts)
    where u.tenant_id = ${tenantId} and u.id = ${userId} returning u.hide_receipts`.execute(db);
  return rows[0] === undefined ? undefined : { hideReceipts: rows[0].hide_receipts };
}
