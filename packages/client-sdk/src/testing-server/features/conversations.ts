/** Conversations: making, changing, archiving and deleting them, and the list with the latest message of each. */
import type { ParsedInput } from '@parley/protocol';
import {
  allRights,
  type ConversationId,
  type ConversationSummary,
  defaultRoleRights,
  directConversationId,
  directRoleRights,
  type Output,
  ParleyError,
  roles,
  type UserId,
} from '@parley/protocol/wire';
import { countUnread } from '../beside.js';
import { cut, decodeCursor, encodeCursor, timeAndId } from '../cursors.js';
import { tell, usersOf } from '../events.js';
import {
  activeMembers,
  append,
  type Change,
  conversationOf,
  isActive,
  latestMessage,
  type Placed,
  run,
  visibleFrom,
} from '../log.js';
import type { Log } from '../state.js';
import { type Actor, type HandlersOf, refuse, requireReadable, tenantId, type World } from '../world.js';
import { hasBlockWith } from './blocks.js';
import { enter } from './members.js';

export function createConversations(world: World): HandlersOf<'conversations'> {
  const change = (
    call: { readonly actor: Actor; readonly opId: string },
    conversationId: ConversationId,
    carryOut: (change: Change) => Placed,
  ) => ({
    seq: run(world, { ...call, conversationId, kind: 'conversation.updated', right: 'member', carryOut }).seq,
  });
  return {
    createConversation: ({ input, actor, opId }) => create(world, { input, actor, opId }),
    listConversations: ({ input, actor }) => list(world, actor, input),
    getConversation: ({ input: { conversationId }, actor }) => summaryOf(world, actor, conversationId),
    updateConversation: ({ input, actor, opId }) => {
      const { conversationId } = input;
      const kind = 'conversation.updated';
      const carryOut = (changing: Change) => update(world, changing, input);
      const { seq } = run(world, {
        conversationId,
        actor,
        opId,
        kind,
        right: 'update_conversation',
        carryOut,
      });
      return { seq };
    },
    archiveConversation: ({ input: { conversationId }, ...call }) =>
      change(call, conversationId, (changing) => setState(world, changing, 'archived')),
    unarchiveConversation: ({ input: { conversationId }, ...call }) =>
      change(call, conversationId, (changing) => setState(world, changing, 'active')),
    deleteConversation: ({ input: { conversationId }, actor, opId }) => {
      const kind = 'conversation.deleted';
      const carryOut = ({ log, member, append: add }: Change) => {
        if (member.place.role !== 'owner') return refuse('forbidden');
        const entry = add([conversationId]);
        log.state = 'deleted';
        tell(world, { log, entry }, { leaves: activeMembers(log).map(({ place }) => place.userId) });
        return entry;
      };
      const { seq } = run(world, { conversationId, actor, opId, kind, right: 'member', carryOut });
      return { seq };
    },
  };
}

/** The latest activity first. */
function list(
  world: World,
  actor: Actor,
  { limit = 50, cursor }: ParsedInput<'listConversations'>,
): Output<'listConversations'> {
  const [at = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, timeAndId);
  const isAfter = (log: Log) =>
    cursor === undefined || log.lastActivityAt < at || (log.lastActivityAt === at && log.id < id);
  const page = cut(
    [...world.state.logs.values()]
      .filter((log) => log.state !== 'deleted' && isActive(log, actor.userId) && isAfter(log))
      .sort((one, other) => (keyOf(one) > keyOf(other) ? -1 : 1)),
    limit,
    (last) => encodeCursor(last.lastActivityAt, last.id),
  );
  const items = page.items.map((log) => summaryOf(world, actor, log.id));
  const people = items.flatMap(({ directUserIds, lastMessage }) => [
    ...(directUserIds ?? []),
    ...(lastMessage === null ? [] : [lastMessage.senderId]),
  ]);
  return { ...page, items, users: usersOf(world.state, people) };
}

function keyOf({ lastActivityAt, id }: Log): string {
  return `${lastActivityAt} ${id}`;
}

type CreateInput = ParsedInput<'createConversation'>;
interface Creation {
  readonly input: CreateInput;
  readonly actor: Actor;
  readonly opId: string;
}

/** Makes the conversation, or answers the one that has its id. */
function create(world: World, { input, actor, opId }: Creation): ConversationSummary {
  const { state } = world;
  const others = othersOf(input, actor.userId);
  const [other = actor.userId] = others;
  const id =
    input.type === 'direct'
      ? directConversationId(tenantId, actor.userId, other)
      : // A new id is a conversation's by being given to one.
        (input.id ?? (world.newId() as ConversationId));
  const existing = state.logs.get(id);
  if (existing !== undefined) {
    const isMine = input.type === 'direct' || existing.row.createdBy === actor.userId;
    if (!isMine || existing.state === 'deleted' || !isActive(existing, actor.userId))
      return refuse('id_conflict');
    return summaryOf(world, actor, id);
  }
  if (hasBlockWith(state, actor.userId, others)) return refuse('dm_not_allowed');
  if (others.some((userId) => !state.people.has(userId))) return refuse('invalid_reference');

  const log = emptyLog(id, input, [actor.userId, ...others]);
  state.logs.set(id, log);
  const entry = append(world, log, { kind: 'conversation.created', actorId: actor.userId, targets: [id] });
  log.done.set(`${actor.userId} ${opId}`, entry);
  log.row = { ...log.row, createdBy: actor.userId, createdAt: entry.at, rev: entry.seq };
  log.lastActivityAt = entry.at;
  enter(log, [actor.userId], { role: input.type === 'direct' ? 'member' : 'owner', entry });
  enter(log, others, { role: 'member', entry });
  tell(world, { log, entry }, { joins: [actor.userId, ...others] });
  return summaryOf(world, actor, id);
}

/** Everybody named but the caller, who comes in by making it. */
function othersOf({ memberIds }: CreateInput, self: UserId): UserId[] {
  const others = new Set<UserId>(memberIds);
  if (others.has(self) || others.size !== memberIds.length)
    throw new ParleyError('validation_failed', {
      details: [{ path: 'memberIds', rule: 'each person once, and not the caller' }],
    });
  return [...others];
}

function emptyLog(id: ConversationId, input: CreateInput, memberIds: readonly UserId[]): Log {
  const [createdBy] = memberIds;
  if (createdBy === undefined) throw new Error('a conversation is made by somebody');
  const isGroup = input.type === 'group';
  return {
    id,
    row: {
      id,
      type: input.type,
      name: isGroup ? (input.name ?? null) : null,
      description: isGroup ? (input.description ?? null) : null,
      avatarUrl: null,
      metadata: isGroup ? (input.metadata ?? null) : null,
      createdBy,
      createdAt: '',
      directUserIds: isGroup ? null : [...memberIds].sort(),
      rev: 0,
    },
    state: 'active',
    roleRights: isGroup ? defaultRoleRights : directRoleRights,
    hiddenBelow: 0,
    entries: [],
    messages: new Map(),
    main: [],
    members: new Map(),
    threads: new Map(),
    ownThreads: new Map(),
    bans: new Map(),
    done: new Map(),
    lastActivityAt: '',
    movedTick: 0,
  };
}

/** The row of the list, for whoever is in it. */
function summaryOf(world: World, actor: Actor, conversationId: ConversationId): ConversationSummary {
  const { log, member } = requireReadable(world, actor, conversationId);
  const latest = latestMessage(log);
  const { readSeq, deliveredSeq, readOrd, unreadFromSeq } = member;
  return {
    ...conversationOf(log),
    lastSeq: log.entries.length,
    lastActivityAt: log.lastActivityAt,
    lastMessage: latest !== undefined && latest.seq >= visibleFrom(log, member) ? latest : null,
    mine: { readSeq, deliveredSeq, unreadCount: countUnread(log, log.main, readOrd), unreadFromSeq },
  };
}

/** Changes what is given. Nothing is logged when nothing was. */
function update(
  world: World,
  { log, member, append: add }: Change,
  { conversationId, settings, ...texts }: ParsedInput<'updateConversation'>,
): Placed {
  if (settings?.roleRights !== undefined && member.place.role !== 'owner') return refuse('forbidden');
  if (log.row.type === 'direct') return refuse('forbidden');
  const given = Object.entries(texts).filter(([, value]) => value !== undefined);
  const isChanged = given.length > 0 || Object.values(settings ?? {}).some((value) => value !== undefined);
  if (!isChanged) return unchanged(log);

  const entry = add([conversationId]);
  log.row = { ...log.row, ...Object.fromEntries(given), rev: entry.seq };
  const { history, roleRights } = settings ?? {};
  if (history === 'all') log.hiddenBelow = 0;
  if (history === 'since_join')
    log.hiddenBelow = Math.max(1, ...activeMembers(log).map(({ place }) => place.joinedSeq));
  if (roleRights !== undefined)
    // Owners keep all rights: nobody locks a conversation for good.
    log.roleRights = roles.map((role, index) =>
      role === 'owner' ? allRights : (roleRights[role] ?? log.roleRights[index] ?? 0),
    );
  tell(world, { log, entry });
  return entry;
}

function setState(world: World, { log, member, append: add }: Change, state: 'active' | 'archived'): Placed {
  if (member.place.role !== 'owner') return refuse('forbidden');
  if (log.state === state) return unchanged(log);
  const entry = add([log.id]);
  log.state = state;
  log.row = { ...log.row, rev: entry.seq };
  tell(world, { log, entry });
  return entry;
}

/** The answer to a command that found nothing to do: where the log stands. */
export function unchanged(log: Log): Placed {
  return { seq: log.entries.length, at: log.entries.at(-1)?.at ?? '' };
}
