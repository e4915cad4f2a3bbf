import type { ParsedInput } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../../access/actor.js';
import type { Executor } from '../../db/database.js';
import { type Choice, type ChoiceRow, choiceColumns, shownAsNumber, toChoice } from './shown-presence.js';

/** How somebody wants to be seen; undefined when they are no more. */
export async function findChoice(db: Executor, { tenantId, userId }: Actor): Promise<Choice | undefined> {
  const { rows } = await sql<ChoiceRow>`
    select ${choiceColumns} from parley.users u where u.tenant_id = ${tenantId} and u.id = ${userId}`.execute(
    db,
  );
  return rows[0] === undefined ? undefined : toChoice(rows[0]);
}

/** Stores it. Returns what there was and what there is; undefined when they are no more. */
export async function updateChoice(
  db: Executor,
  { tenantId, userId }: Actor,
  { state, status }: ParsedInput<'setPresence'>,
): Promise<{ readonly before: Choice; readonly after: Choice } | undefined> {
  const keepsStatus = status === undefined;
  const { rows } = await sql<ChoiceRow & { before: ChoiceRow }>`
    with b as materialized (
      select u.tenant_id, u.id, (select to_jsonb(c) from (select ${choiceColumns}) c) as before
      from parley.users u where u.tenant_id = ${tenantId} and u.id = ${userId} for no key update
    )
    update parley.users u set
      shown_as = ${shownAsNumber(state)}::smallint,
      status_emoji = case when ${keepsStatus} then u.status_emoji else ${status?.emoji ?? null}::text end,
      status_text = case when ${keepsStatus} then u.status_text else ${status?.text ?? null}::text end,
      status_until = case when ${keepsStatus} then u.status_until else ${status?.until ?? null}::timestamptz end
    from b where u.tenant_id = b.tenant_id and u.id = b.id
    returning ${choiceColumns}, b.before`.execute(db);
  const [row] = rows;
  return row === undefined ? undefined : { before: toChoice(row.before), after: toChoice(row) };
}
