import { randomUUID } from 'node:crypto';
import {
  type ConversationId,
  defaultRoleRights,
  type MessageId,
  type Role,
  roles,
  type SessionId,
  type TenantId,
  type UserId,
} from '@parley/protocol';
import { sql } from 'kysely';
import { type Actor, defaultTenantId } from '../access/actor.js';
import type { Database } from '../db/database.js';
import type { SendOperation } from '../eventlog/send.js';

// A UUID made right here is whatever the test says it is.
export const newUserId = () => randomUUID() as UserId;
export const newConversationId = () => randomUUID() as ConversationId;
export const newMessageId = () => randomUUID() as MessageId;

/** Somebody with a profile and a session, and no password. */
export async function seedUser(database: Database, tenantId: TenantId = defaultTenantId): Promise<Actor> {
  const userId = newUserId();
  const username = `u${userId.replaceAll('-', '')}`;
  await sql`
    insert into parley.users (tenant_id, id, username, display_name)
    values (${tenantId}, ${userId}, ${username}, ${username})`.execute(database.kysely);
  const sessionId = randomUUID() as SessionId;
  await sql`
    insert into parley.sessions (id, tenant_id, user_id, expires_at)
    values (${sessionId}, ${tenantId}, ${userId}, now() + interval '1 day')`.execute(database.kysely);
  return { tenantId, userId, sessionId };
}

export async function seedUsers(database: Database, count: number): Promise<Actor[]> {
  const actors: Actor[] = [];
  for (let index = 0; index < count; index += 1) actors.push(await seedUser(database));
  return actors;
}

export interface ConversationSeed {
  readonly tenantId?: TenantId;
  readonly memberIds: readonly UserId[];
  readonly role?: Role;
  /** The log starts empty, unlike that of a conversation made by the operation. */
  readonly state?: 'active' | 'archived' | 'deleted';
}

/** A conversation with nothing in its log: what `send` sees, without the rows that only lists need. */
export async function seedConversation(database: Database, seed: ConversationSeed): Promise<ConversationId> {
  const conversationId = newConversationId();
  const state = ['active', 'archived', 'deleted'].indexOf(seed.state ?? 'active');
  await sql`
    insert into parley.conversation_heads (conversation_id, tenant_id, state, last_activity_at, role_rights)
    values (${conversationId}, ${seed.tenantId ?? defaultTenantId}, ${state}, now(), ${sql.val([...defaultRoleRights])}::int[])
    `.execute(database.kysely);
  for (const userId of seed.memberIds)
    await sql`
      insert into parley.members (conversation_id, user_id, role, joined_seq, joined_at)
      values (${conversationId}, ${userId}, ${roles.indexOf(seed.role ?? 'member')}, 0, now())`.execute(
      database.kysely,
    );
  return conversationId;
}

export interface SendSeed {
  readonly conversationId: ConversationId;
  readonly senderId: UserId;
  readonly tenantId?: TenantId;
  readonly id?: MessageId;
  readonly content?: string;
  readonly metadata?: string | null;
}

/** A message on its way, with a new id where none is given. */
export function sendOf(seed: SendSeed): SendOperation {
  return { tenantId: defaultTenantId, id: newMessageId(), content: 'hello', metadata: null, ...seed };
}
