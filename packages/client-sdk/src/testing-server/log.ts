/**
 * The core: a conversation's log and who may add to it.
 *
 * - A command that was carried out before is answered first, whoever its sender is by now; then membership, then the right, then what the command itself
 *   asks. Only what passed all of them gets a seq, so the log has no holes.
 * - `carryOut` refuses by throwing before it adds an entry; after that nothing fails. There is no other way back.
 */
import {
  type Conversation,
  type ConversationId,
  type EventKind,
  type Message,
  type MessageId,
  type Right,
  refusalOf,
  rights,
  rightsOf,
  roles,
  speech,
  type UserId,
} from '@parley/protocol/wire';
import type { Entry, Log, MemberRow, MessageRow } from './state.js';
import { type Actor, isOver, refuse, stamp, type World } from './world.js';

export interface Command {
  readonly conversationId: ConversationId;
  readonly actor: Actor;
  /** Its name. */
  readonly opId: string;
  /** What it adds to the log: a name that stands for something else there is taken. */
  readonly kind: EventKind;
  /** Any one of several. `member`: whoever is in the conversation, also an archived one. */
  readonly right: Right | readonly Right[] | 'member';
  /** Changes the conversation and adds entries, or refuses before that. */
  readonly carryOut: (change: Change) => Placed;
  /** The answer to somebody who is no member any more. */
  readonly former?: (log: Log) => Placed | undefined;
}

export interface Change {
  readonly log: Log;
  readonly member: MemberRow;
  /** The member's rights, as bits. */
  readonly may: number;
  /** Adds the command's entry. */
  readonly append: (targets: readonly string[]) => Entry;
}

/** Where a command stands in the log. */
export type Placed = Pick<Entry, 'seq' | 'at'>;

/** Carries out a command or answers what it was answered before. Throws what refuses it. */
export function run(world: World, command: Command): Placed {
  const { conversationId, actor, opId, kind, right } = command;
  const log = world.state.logs.get(conversationId);
  if (log === undefined) return refuse('not_found');
  const name = `${actor.userId} ${opId}`;
  const first = kind === 'message.created' ? sentBefore(log, opId) : log.done.get(name);
  if (first?.kind === kind && first.actorId === actor.userId) return { seq: first.seq, at: first.at };
  const member = log.members.get(actor.userId);
  if (log.state === 'deleted' || member?.status !== 'active')
    return (log.state === 'deleted' ? undefined : command.former?.(log)) ?? refuse('not_found');
  if (first !== undefined) return refuse('id_conflict');
  const may = requireRight(world, { log, member, right });
  return command.carryOut({
    log,
    member,
    may,
    append: (targets) => {
      const entry = append(world, log, { kind, actorId: actor.userId, targets });
      // Messages are named by their ids alone.
      if (kind !== 'message.created') log.done.set(name, entry);
      return entry;
    },
  });
}

/** Adds an entry of anybody's or nobody's. */
export function append(world: World, log: Log, entry: Omit<Entry, 'seq' | 'at'>): Entry {
  const added = { ...entry, seq: log.entries.length + 1, at: stamp(world) };
  log.entries.push(added);
  world.state.tick += 1;
  log.movedTick = world.state.tick;
  return added;
}

/** A message's id names it for everybody, so the same id of somebody else is taken. */
function sentBefore(log: Log, id: string): Entry | undefined {
  // Any text may be asked for in a map of ids.
  const row = log.messages.get(id as MessageId);
  return row === undefined ? undefined : log.entries[row.message.seq - 1];
}

interface Asked {
  readonly log: Log;
  readonly member: MemberRow;
  readonly right: Command['right'];
}

function requireRight(world: World, { log, member, right }: Asked): number {
  const { place } = member;
  const may = rightsOf({ roleRights: log.roleRights, ...place });
  if (right === 'member') return may;
  const names = typeof right === 'string' ? [right] : right;
  const bits = names.reduce((all, name) => all | rights[name], 0);
  if (log.state === 'archived') return refuse('conversation_archived');
  if ((may & bits) === 0) return refuse(refusalOf(place, bits));
  if ((bits & speech) !== 0) requireUnmuted(world, member);
  return may;
}

/** Throws `muted` with how long it lasts. */
export function requireUnmuted({ now }: World, { place: { mutedUntil } }: MemberRow): void {
  if (mutedUntil !== null && !isOver(mutedUntil, now()))
    refuse('muted', Math.min(2 ** 31 - 1, Date.parse(mutedUntil) - now()));
}

/** The first seq a member may see. */
export function visibleFrom(log: Log, { place }: MemberRow): number {
  return log.hiddenBelow > 0 ? place.joinedSeq : 0;
}

/** A message as far as the member may see it; undefined also for none. */
export function findVisible(log: Log, member: MemberRow, id: string): MessageRow | undefined {
  // Any text may be asked for in a map of ids.
  const row = log.messages.get(id as MessageId);
  return row !== undefined && row.message.seq >= visibleFrom(log, member) ? row : undefined;
}

export function activeMembers(log: Log): MemberRow[] {
  return [...log.members.values()].filter(({ status }) => status === 'active');
}

export function isActive(log: Log, userId: UserId): boolean {
  return log.members.get(userId)?.status === 'active';
}

/** The conversation as it is now. */
export function conversationOf(log: Log): Conversation {
  const [member = 0, moderator = 0, admin = 0, owner = 0] = roles.map((_, index) => log.roleRights[index]);
  return {
    ...log.row,
    state: log.state === 'active' ? 'active' : 'archived',
    settings: {
      history: log.hiddenBelow > 0 ? 'since_join' : 'all',
      roleRights: { member, moderator, admin, owner },
    },
    memberCount: activeMembers(log).length,
  };
}

/** The latest message of the conversation itself. */
export function latestMessage(log: Log): Message | undefined {
  const id = log.main.at(-1);
  return id === undefined ? undefined : log.messages.get(id)?.message;
}
