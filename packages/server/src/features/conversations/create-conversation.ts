import {
  type ConversationId,
  type ConversationSummary,
  defaultRoleRights,
  directConversationId,
  directRoleRights,
  ParleyError,
  type ParsedInput,
  type UserId,
} from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import { hasBlockWith, lockPair } from '../../access/blocks.store.js';
import { insertMembers } from '../../access/membership.store.js';
import { appendEntry, insertHead } from '../../eventlog/append.js';
import { entryKinds } from '../../eventlog/entry-kinds.js';
import type { ExclusiveContext } from '../../kernel/context.js';
import {
  findConversation,
  findSummary,
  insertConversation,
  type NewConversation,
} from './conversations.store.js';

type CreateInput = ParsedInput<'createConversation'>;

/** The id the conversation has or will have: that of the pair, the caller's choice, or a new one. */
export function conversationIdOf(
  input: CreateInput,
  by: { readonly actor: Actor; readonly newId: () => string },
): ConversationId {
  if (input.type === 'direct')
    return directConversationId(by.actor.tenantId, by.actor.userId, otherOf(input));
  return input.id ?? (by.newId() as ConversationId);
}

/** Makes the conversation, or answers the one that has its id. */
export async function createConversation(
  ctx: ExclusiveContext,
  input: CreateInput,
  conversationId: ConversationId,
): Promise<ConversationSummary> {
  const { tx, actor } = ctx;
  const others = othersOf(input, actor);
  const roleRights = input.type === 'direct' ? directRoleRights : defaultRoleRights;
  if (input.type === 'direct') await lockPair(tx, conversationId);
  // The head comes first: a taken id is found out before anything else is written, whoever owns it.
  if (!(await insertHead(tx, { conversationId, tenantId: actor.tenantId, roleRights })))
    return existing(ctx, input, conversationId);
  if (await hasBlockWith(tx, actor, others)) throw new ParleyError('dm_not_allowed');
  const { seq, at } = await appendEntry(tx, {
    conversationId,
    kind: entryKinds['conversation.created'],
    actorId: actor.userId,
    opId: ctx.opId,
    targets: [conversationId],
  });
  const memberIds = [actor.userId, ...others];
  await insertConversation(tx, newConversation(input, { id: conversationId, actor, at, seq, memberIds }));
  const place = { tenantId: actor.tenantId, conversationId, seq, at };
  await insertMembers(tx, {
    ...place,
    userIds: [actor.userId],
    role: input.type === 'direct' ? 'member' : 'owner',
  });
  const joined = await insertMembers(tx, { ...place, userIds: others, role: 'member' });
  if (joined.length !== others.length) throw new ParleyError('invalid_reference');
  await emitCreated(ctx, conversationId, { seq, at, memberIds });
  return summaryOf(ctx, conversationId);
}

/** A repeat answers what is there; so does a direct conversation, which belongs to both. */
async function existing(
  ctx: ExclusiveContext,
  input: CreateInput,
  conversationId: ConversationId,
): Promise<ConversationSummary> {
  const summary = await findSummary(ctx.tx, ctx.actor, conversationId);
  if (summary === undefined || (input.type !== 'direct' && summary.createdBy !== ctx.actor.userId))
    throw new ParleyError('id_conflict');
  return summary;
}

async function emitCreated(
  ctx: ExclusiveContext,
  conversationId: ConversationId,
  entry: { readonly seq: number; readonly at: string; readonly memberIds: readonly UserId[] },
): Promise<void> {
  const conversation = await findConversation(ctx.tx, conversationId);
  if (conversation === undefined) throw new Error('a conversation vanished while it was made');
  const users = await ctx.include.users(ctx.tx, ctx.actor, entry.memberIds.slice(0, 100));
  ctx.emit({
    event: {
      kind: 'conversation.created',
      conversationId,
      seq: entry.seq,
      at: entry.at,
      actorId: ctx.actor.userId,
      data: {
        conversation,
        members: await ctx.include.membersJoinedAt(ctx.tx, conversationId, entry.seq),
        users,
      },
    },
    joins: entry.memberIds,
  });
}

async function summaryOf(
  ctx: ExclusiveContext,
  conversationId: ConversationId,
): Promise<ConversationSummary> {
  const summary = await findSummary(ctx.tx, ctx.actor, conversationId);
  if (summary === undefined) throw new Error('a conversation vanished while it was made');
  return summary;
}

function newConversation(
  input: CreateInput,
  made: {
    readonly id: ConversationId;
    readonly actor: Actor;
    readonly at: string;
    readonly seq: number;
    readonly memberIds: readonly UserId[];
  },
): NewConversation {
  const isGroup = input.type === 'group';
  return {
    id: made.id,
    type: input.type,
    name: isGroup ? (input.name ?? null) : null,
    description: isGroup ? (input.description ?? null) : null,
    metadata: isGroup ? (input.metadata ?? null) : null,
    createdBy: made.actor.userId,
    createdAt: made.at,
    memberCount: made.memberIds.length,
    directUserIds: isGroup ? null : [...made.memberIds].sort(),
    rev: made.seq,
  };
}

function otherOf(input: Extract<CreateInput, { type: 'direct' }>): UserId {
  const [other] = input.memberIds;
  if (other === undefined) throw new ParleyError('validation_failed');
  return other;
}

/** Everybody named but the caller, who comes in by making it. Naming oneself, or anyone twice, is refused. */
function othersOf(input: CreateInput, actor: Actor): UserId[] {
  const others = new Set(input.memberIds);
  if (others.has(actor.userId) || others.size !== input.memberIds.length)
    throw new ParleyError('validation_failed', {
      details: [{ path: 'memberIds', rule: 'each person once, and not the caller' }],
    });
  return [...others];
}
