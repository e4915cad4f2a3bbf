/** Who is in a conversation: adding, removing, leaving, roles, mutes and bans. */
import type { ParsedInput } from '@parley/protocol';
import {
  compareRoles,
  type EventOf,
  hasRight,
  isUuid,
  type Right,
  type Role,
  rightsOf,
  type UserId,
} from '@parley/protocol/wire';
import { cut, decodeCursor, encodeCursor, timeAndId } from '../cursors.js';
import { tell, usersOf } from '../events.js';
import { activeMembers, type Change, type Command, isActive, type Placed, run } from '../log.js';
import type { Entry, Log, MemberRow } from '../state.js';
import {
  type Actor,
  type HandlersOf,
  isOver,
  refuse,
  requireReadable,
  stamp,
  toTime,
  type World,
} from '../world.js';
import { hasBlockWith } from './blocks.js';

type Caller = { readonly actor: Actor; readonly opId: string };

export function createMembers(world: World): HandlersOf<'members'> {
  const carry: Carry = (call, command) => {
    const { seq } = run(world, { actor: call.actor, opId: call.opId, ...command });
    return { seq };
  };
  const updated = { kind: 'members.updated' } as const;
  const removed = { kind: 'members.removed' } as const;
  return {
    ...listing(world),
    addMembers: ({ input, ...call }) =>
      carry(call, {
        conversationId: input.conversationId,
        kind: 'members.added',
        right: 'add_members',
        carryOut: (change) => add(world, change, { ...input, by: call.actor.userId }),
      }),
    removeMember: ({ input: { conversationId, userId }, ...call }) => {
      const isSelf = userId === call.actor.userId;
      return carry(call, {
        ...removed,
        conversationId,
        right: isSelf ? 'member' : 'remove_members',
        carryOut: (change) => (isSelf ? leave(world, change) : remove(world, change, userId)),
        ...(isSelf ? { former: answerWhoLeft(userId) } : {}),
      });
    },
    leaveConversation: ({ input: { conversationId }, ...call }) =>
      carry(call, {
        ...removed,
        conversationId,
        right: 'member',
        carryOut: (change) => leave(world, change),
        former: answerWhoLeft(call.actor.userId),
      }),
    updateMember: ({ input, ...call }) =>
      carry(call, {
        ...updated,
        conversationId: input.conversationId,
        right: rightToUpdate(input, call.actor.userId),
        carryOut: (change) => updatePlace(world, change, input),
      }),
    transferOwnership: ({ input: { conversationId, userId }, ...call }) =>
      carry(call, {
        ...updated,
        conversationId,
        right: 'manage_members',
        carryOut: (change) => transfer(world, change, userId),
      }),
    ...banning(world, carry),
  };
}

type Carry = (call: Caller, command: Omit<Command, 'actor' | 'opId'>) => { readonly seq: number };

function banning(world: World, carry: Carry): Pick<HandlersOf<'members'>, 'banMember' | 'unbanMember'> {
  const banned = { kind: 'members.removed', right: 'ban' } as const;
  return {
    banMember: ({ input, ...call }) =>
      carry(call, {
        ...banned,
        conversationId: input.conversationId,
        carryOut: (change) => ban(world, change, input),
      }),
    unbanMember: ({ input: { conversationId, userId }, ...call }) =>
      carry(call, {
        ...banned,
        conversationId,
        carryOut: ({ log }) => {
          log.bans.delete(userId);
          return headOf(log);
        },
      }),
  };
}

function listing(world: World): Pick<HandlersOf<'members'>, 'listMembers' | 'listBans'> {
  return {
    listMembers: ({ input: { conversationId, role, limit = 50, cursor }, actor }) => {
      const { log } = requireReadable(world, actor, conversationId);
      const [seq = '0', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, [isSeq, isUuid]);
      const isAfter = ({ joinedSeq, userId }: MemberRow['place']) =>
        joinedSeq > Number(seq) || (joinedSeq === Number(seq) && userId > id);
      const found = activeMembers(log)
        .map(({ place }) => place)
        .filter((place) => (role === undefined || place.role === role) && isAfter(place))
        .sort((one, other) => one.joinedSeq - other.joinedSeq || (one.userId < other.userId ? -1 : 1));
      const page = cut(found, limit, ({ joinedSeq, userId }) => encodeCursor(String(joinedSeq), userId));
      return {
        ...page,
        users: usersOf(
          world.state,
          page.items.map(({ userId }) => userId),
        ),
      };
    },
    listBans: ({ input: { conversationId, limit = 50, cursor }, actor }) => {
      const { log, member } = requireReadable(world, actor, conversationId);
      if (!hasRight({ roleRights: log.roleRights, ...member.place }, 'ban')) return refuse('forbidden');
      const before = cursor === undefined ? undefined : decodeCursor(cursor, timeAndId).join(' ');
      const found = [...log.bans]
        .map(([userId, ban]) => ({ userId, ...ban }))
        .filter(({ until }) => !isOver(until, world.now()))
        .filter(({ at, userId }) => before === undefined || `${at} ${userId}` < before)
        .sort((one, other) => (`${one.at} ${one.userId}` > `${other.at} ${other.userId}` ? -1 : 1));
      const page = cut(found, limit, ({ at, userId }) => encodeCursor(at, userId));
      const people = page.items.flatMap(({ userId, bannedBy }) => [userId, bannedBy]);
      return { ...page, users: usersOf(world.state, people) };
    },
  };
}

function isSeq(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

function headOf(log: Log): Placed {
  return { seq: log.entries.length, at: log.entries.at(-1)?.at ?? '' };
}

/** Makes members of people, whoever they were here before. They have read whatever stands there when they come. */
export function enter(
  log: Log,
  userIds: readonly UserId[],
  { role, entry }: { readonly role: Role; readonly entry: Entry },
): void {
  const { seq, at } = entry;
  if (log.hiddenBelow > 0) log.hiddenBelow = seq;
  for (const userId of userIds)
    log.members.set(userId, {
      place: {
        conversationId: log.id,
        userId,
        role,
        allow: 0,
        deny: 0,
        mutedUntil: null,
        joinedSeq: seq,
        joinedAt: at,
        rev: seq,
      },
      status: 'active',
      leftSeq: null,
      readSeq: seq,
      readOrd: log.main.length,
      deliveredSeq: seq,
      unreadFromSeq: null,
      markTick: log.movedTick,
    });
}

function add(
  world: World,
  { log, member, append }: Change,
  { userIds, role = 'member', by }: ParsedInput<'addMembers'> & { readonly by: UserId },
): Placed {
  const { state } = world;
  if (compareRoles(role, member.place.role) > 0) return refuse('rank_too_low');
  if (userIds.some((userId) => !state.people.has(userId))) return refuse('invalid_reference');
  const missing = userIds.filter((userId) => !isActive(log, userId));
  if (missing.length === 0) return headOf(log);
  if (missing.some((userId) => isBanned(world, log, userId))) return refuse('banned');
  if (hasBlockWith(state, by, missing)) return refuse('dm_not_allowed');
  const entry = append(missing);
  enter(log, missing, { role, entry });
  log.row = { ...log.row, rev: entry.seq };
  tell(world, { log, entry }, { joins: missing });
  return entry;
}

function isBanned({ now }: World, log: Log, userId: UserId): boolean {
  const found = log.bans.get(userId);
  return found !== undefined && !isOver(found.until, now());
}

/** An active member's row; `not_found` for everybody else. */
function requireMember(log: Log, userId: UserId): MemberRow {
  const row = log.members.get(userId);
  return row?.status === 'active' ? row : refuse('not_found');
}

function remove(world: World, change: Change, userId: UserId): Placed {
  const target = requireMember(change.log, userId);
  if (change.log.row.type === 'direct') return refuse('forbidden');
  if (compareRoles(target.place.role, change.member.place.role) >= 0) return refuse('rank_too_low');
  return takeOut(world, change, { target, reason: 'removed' });
}

function leave(world: World, change: Change): Placed {
  const { log, member } = change;
  if (log.row.type === 'direct') return refuse('forbidden');
  if (activeMembers(log).length > 1) requireOwnerLeft(log, member);
  return takeOut(world, change, { target: member, reason: 'left' });
}

interface Leaving {
  readonly target: MemberRow;
  readonly reason: EventOf<'members.removed'>['data']['reason'];
}

function takeOut(world: World, { log, append }: Change, { target, reason }: Leaving): Placed {
  const { userId } = target.place;
  const entry = append([userId]);
  target.status = reason;
  target.leftSeq = entry.seq;
  target.place = { ...target.place, rev: entry.seq };
  log.row = { ...log.row, rev: entry.seq };
  tell(world, { log, entry }, { leaves: [userId] });
  return entry;
}

/** Who left before is told so again; who was removed or banned finds nothing. */
function answerWhoLeft(userId: UserId): (log: Log) => Placed | undefined {
  return (log) => {
    const row = log.members.get(userId);
    return row?.status === 'left' && row.leftSeq !== null ? log.entries[row.leftSeq - 1] : undefined;
  };
}

function requireOwnerLeft(log: Log, { place: { role } }: MemberRow): void {
  const owners = activeMembers(log).filter(({ place }) => place.role === 'owner');
  if (role === 'owner' && owners.length === 1) refuse('last_owner');
}

function ban(world: World, change: Change, { userId, until }: ParsedInput<'banMember'>): Placed {
  const { log, member } = change;
  const target = isActive(log, userId) ? log.members.get(userId) : undefined;
  if (target !== undefined && compareRoles(target.place.role, member.place.role) >= 0)
    return refuse('rank_too_low');
  if (!world.state.people.has(userId)) return refuse('not_found');
  const placed = target === undefined ? headOf(log) : takeOut(world, change, { target, reason: 'banned' });
  log.bans.set(userId, { bannedBy: member.place.userId, at: stamp(world), until: toTime(until ?? null) });
  return placed;
}

type UpdateInput = ParsedInput<'updateMember'>;
type PlaceChange = Omit<UpdateInput, 'conversationId' | 'userId'>;

function changesRights({ role, allow, deny }: PlaceChange): boolean {
  return role !== undefined || allow !== undefined || deny !== undefined;
}

/** Of one's own place only the role may be changed, downwards, which needs no right. */
function rightToUpdate(input: UpdateInput, self: UserId): Right | 'member' {
  if (input.userId === self) return 'member';
  return changesRights(input) ? 'manage_members' : 'mute';
}

function updatePlace(world: World, change: Change, input: UpdateInput): Placed {
  const { log, member, append } = change;
  const { conversationId: _in, userId, ...wanted } = input;
  if (log.row.type === 'direct') return refuse('forbidden');
  const target = requireMember(log, userId);
  if (target === member) requireOwnDescent(log, member, wanted);
  else requireWithinRank(change, target, wanted);
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  if (given.length === 0) return headOf(log);
  const entry = append([userId]);
  const { mutedUntil } = wanted;
  target.place = {
    ...target.place,
    ...Object.fromEntries(given),
    ...(mutedUntil === undefined ? {} : { mutedUntil: toTime(mutedUntil) }),
    rev: entry.seq,
  };
  tell(world, { log, entry });
  return entry;
}

function requireOwnDescent(log: Log, member: MemberRow, { role, ...rest }: PlaceChange): void {
  if (log.state === 'archived') return refuse('conversation_archived');
  if (role === undefined || Object.values(rest).some((value) => value !== undefined))
    return refuse('rank_too_low');
  if (compareRoles(role, member.place.role) >= 0) return refuse('rank_too_low');
  requireOwnerLeft(log, member);
}

/** Somebody of a lower role, up to one's own role, and within what one may do oneself. */
function requireWithinRank({ log, member }: Change, { place }: MemberRow, wanted: PlaceChange): void {
  const own = { roleRights: log.roleRights, ...member.place };
  if (compareRoles(place.role, own.role) >= 0) return refuse('rank_too_low');
  if (changesRights(wanted) && !hasRight(own, 'manage_members')) return refuse('forbidden');
  if (wanted.mutedUntil !== undefined && !hasRight(own, 'mute')) return refuse('forbidden');
  if (wanted.role !== undefined && compareRoles(wanted.role, own.role) > 0) return refuse('rank_too_low');
  const allowed = (wanted.allow ?? place.allow) & ~place.allow;
  const noLongerDenied = place.deny & ~(wanted.deny ?? place.deny);
  if (((allowed | noLongerDenied) & ~rightsOf(own)) !== 0) refuse('forbidden');
}

function transfer(world: World, { log, member, append }: Change, userId: UserId): Placed {
  if (member.place.role !== 'owner') return refuse('forbidden');
  if (member.place.userId === userId) return refuse('forbidden');
  const target = requireMember(log, userId);
  const entry = append([userId, member.place.userId]);
  const place = { allow: 0, deny: 0, rev: entry.seq };
  target.place = { ...target.place, ...place, role: 'owner', mutedUntil: null };
  member.place = { ...member.place, ...place, role: 'admin' };
  tell(world, { log, entry });
  return entry;
}
