import type { ConversationId, MessageId, Role } from '@parley/protocol';
import { sql } from 'kysely';
import type { Actor } from '../../access/actor.js';
import { roleOf, visibleFrom } from '../../access/membership.store.js';
import type { Executor } from '../../db/database.js';

/** What decides whether somebody may be seen typing. */
export interface Typist {
  readonly isArchived: boolean;
  readonly roleRights: readonly number[];
  readonly role: Role;
  readonly allow: number;
  readonly deny: number;
  /** How long they are still muted; null when they are not. */
  readonly mutedForMs: number | null;
  /** False for a thread that is none of this conversation. */
  readonly hasThread: boolean;
}

/** The caller's place in a conversation of their tenant, or undefined when they are no active member. One query. */
export async function findTypist(
  db: Executor,
  actor: Actor,
  place: { readonly conversationId: ConversationId; readonly threadId: MessageId | null },
): Promise<Typist | undefined> {
  const { rows } = await sql<{
    is_archived: boolean;
    role_rights: number[];
    role: number;
    allow: number;
    deny: number;
    muted_ms: number | null;
    has_thread: boolean;
  }>`
    select h.state = 1 as is_archived, h.role_rights, m.role, m.allow, m.deny,
      case when m.muted_until > clock_timestamp() then
        least(ceil(extract(epoch from m.muted_until - clock_timestamp()) * 1000), 2147483647)::int end as muted_ms,
      ${place.threadId}::uuid is null or exists (
        select 1 from parley.messages x
        where x.conversation_id = h.conversation_id and x.id = ${place.threadId}::uuid and x.thread_id is null
          and x.seq >= ${sql.raw(visibleFrom('m'))}
      ) as has_thread
    from parley.conversation_heads h
    join parley.members m on m.conversation_id = h.conversation_id and m.user_id = ${actor.userId} and m.status = 1
    where h.conversation_id = ${place.conversationId} and h.tenant_id = ${actor.tenantId} and h.state <> 2`.execute(
    db,
  );
  const row = rows[0];
  if (row === undefined) return undefined;
  return {
    isArchived: row.is_archived,
    roleRights: row.role_rights,
    role: roleOf(row.role),
    allow: row.allow,
    deny: row.deny,
    mutedForMs: row.muted_ms,
    hasThread: row.has_thread,
  };
}
