import type { ConversationId, OpId, TenantId, UserId } from '@parley/protocol';
import { type Membership, roleOf } from '../../access/membership.store.js';
import type { LockedHead } from '../../eventlog/append.js';

/**
 * A transaction of the app's on the database that Parley uses: a client of `pg`, or anything that can do the same. Parley sends two statements an operation
 * through it and neither commits nor sets anything.
 */
export interface AppTransaction {
  /** Runs one statement with parameters `$1`, `$2`, ... and gives its rows by column name. */
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What a command is judged by before it is written. */
export interface Standing {
  readonly head: LockedHead;
  readonly membership: Membership | undefined;
  /** The same actor's command under this name stands in the log. */
  readonly isRepeat: boolean;
}

export interface StandingKey {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly userId: UserId;
  readonly opId: OpId;
  /** 0 is a message; see `entry-kinds.ts`. */
  readonly kind: number;
}

const states = ['active', 'archived', 'deleted'] as const;

/** Reads head, membership and the place of the command's name, without a lock. Undefined when there is no such conversation in the tenant. */
export async function findStanding(tx: AppTransaction, key: StandingKey): Promise<Standing | undefined> {
  const { rows } = await tx.query(
    // As one text: what the app's driver makes of numbers, arrays and times is its own affair.
    `select json_build_object(
      'state', h.state, 'lastSeq', h.last_seq, 'roleRights', h.role_rights, 'isMember', m.user_id is not null, 'role', m.role, 'allow', m.allow, 'deny', m.deny,
      'isMuted', coalesce(m.muted_until > clock_timestamp(), false),
      'isRepeat', case when $5::int = 0
        then exists (select 1 from parley.messages p
          where p.conversation_id = h.conversation_id and p.id = $4::uuid and p.sender_id = $3::uuid)
        else exists (select 1 from parley.changes c
          where c.conversation_id = h.conversation_id and c.actor_id = $3::uuid and c.op_id = $4::uuid and c.kind = $5::int) end
    )::text as standing
    from parley.conversation_heads h
    left join parley.members m on m.conversation_id = h.conversation_id and m.user_id = $3::uuid and m.status = 1
    where h.conversation_id = $1::uuid and h.tenant_id = $2::uuid`,
    [key.conversationId, key.tenantId, key.userId, key.opId, key.kind],
  );
  if (rows.length === 0) return undefined;
  return toStanding(key, readJson(rows[0]));
}

/** Writes the operation down. It waits for the app's commit, and is gone with its rollback. */
export async function insertOperation(
  tx: AppTransaction,
  row: {
    readonly tenantId: TenantId;
    readonly userId: UserId;
    readonly operation: string;
    readonly opId: OpId;
    readonly conversationId: ConversationId;
    readonly input: unknown;
  },
): Promise<void> {
  await tx.query(
    // Through text, because drivers differ in what they make of an object, and of a text, for jsonb.
    `insert into parley.pending_operations (tenant_id, actor_id, operation, op_id, conversation_id, input)
    values ($1::uuid, $2::uuid, $3::text, $4::uuid, $5::uuid, $6::text::jsonb)`,
    [row.tenantId, row.userId, row.operation, row.opId, row.conversationId, JSON.stringify(row.input)],
  );
}

interface StandingRow {
  readonly state: number;
  readonly lastSeq: number;
  readonly roleRights: readonly number[];
  readonly isMember: boolean;
  readonly role: number;
  readonly allow: number;
  readonly deny: number;
  readonly isMuted: boolean;
  readonly isRepeat: boolean;
}

function readJson(row: unknown): StandingRow {
  if (typeof row !== 'object' || row === null || !('standing' in row) || typeof row.standing !== 'string')
    throw new TypeError('query() has to resolve with { rows }, each an object by column name');
  // The statement above made it.
  return JSON.parse(row.standing) as StandingRow;
}

function toStanding({ conversationId, tenantId, userId }: StandingKey, row: StandingRow): Standing {
  return {
    head: {
      conversationId,
      tenantId,
      state: states[row.state] ?? 'deleted',
      lastSeq: row.lastSeq,
      roleRights: row.roleRights,
    },
    membership: row.isMember
      ? { userId, role: roleOf(row.role), allow: row.allow, deny: row.deny, isMuted: row.isMuted }
      : undefined,
    isRepeat: row.isRepeat,
  };
}
