/** Entries as events: what an entry touched, in its present state. The event that is told at once is the same, built the moment after. */
import type { ChatEvent, EventOf, Message, User, UserId, Users } from '@parley/protocol/wire';
import { activeMembers, conversationOf, visibleFrom } from './log.js';
import type { Entry, Log, MemberRow, Person, State } from './state.js';
import type { Publication, World } from './world.js';

const mostMembersNamed = 100;

/** What everybody may see of somebody. */
export function publicOf({ id, username, displayName, avatarUrl, rev }: Person): User {
  return { id, username, displayName, avatarUrl, rev };
}

/** Profiles of some people; ids that are nobody's are left out. */
export function usersOf({ people }: State, ids: Iterable<UserId>): Users {
  const users: Record<string, User> = {};
  for (const id of ids) {
    const person = people.get(id);
    if (person !== undefined) users[id] = publicOf(person);
  }
  return users;
}

/** An entry as an event. @param emoji  of a reaction that is told at once; otherwise it is looked up */
export function toEvent(state: State, { log, entry }: { log: Log; entry: Entry }, emoji?: string): ChatEvent {
  const { seq, at, actorId, kind } = entry;
  const data = dataOf(state, { log, entry, emoji });
  // Each branch of `dataOf` makes what its own kind has.
  return { kind, conversationId: log.id, seq, at, actorId, data } as ChatEvent;
}

interface Loading {
  readonly log: Log;
  readonly entry: Entry;
  readonly emoji: string | undefined;
}

function dataOf(state: State, { log, entry, emoji }: Loading): ChatEvent['data'] {
  const { kind, targets } = entry;
  switch (kind) {
    case 'conversation.created': {
      const joined = activeMembers(log).filter(({ place }) => place.joinedSeq === entry.seq);
      const members = joined.length > mostMembersNamed ? [] : joined.map(({ place }) => place);
      return {
        conversation: conversationOf(log),
        members,
        users: usersOf(state, [log.row.createdBy, ...members.map(({ userId }) => userId)]),
      };
    }
    case 'conversation.updated':
      return { conversation: conversationOf(log) };
    case 'conversation.deleted':
      return {};
    case 'members.added':
      return { conversation: conversationOf(log), ...membersAmong(state, log, targets) };
    case 'members.updated':
      return membersAmong(state, log, targets);
    case 'members.removed':
      // Targets of these entries are user ids.
      return {
        conversation: conversationOf(log),
        userIds: targets as UserId[],
        reason: reasonOf(log, entry),
      };
    case 'message.created':
    case 'message.updated':
    case 'message.deleted':
      return withThread(log, targetOf(log, entry).message);
    case 'reaction.added':
    case 'reaction.removed': {
      const { message, reactions } = targetOf(log, entry);
      const found = reactions.find(({ userId, rev }) => userId === entry.actorId && rev === entry.seq);
      return { message, emoji: emoji ?? found?.emoji ?? null };
    }
    default:
      return kind satisfies never;
  }
}

function targetOf(log: Log, { targets: [id = ''] }: Entry) {
  // Targets of these entries are message ids.
  const row = log.messages.get(id as Message['id']);
  if (row === undefined) throw new Error('an entry is about a message that is not there');
  return row;
}

function withThread(log: Log, message: Message): EventOf<'message.created'>['data'] {
  const row = message.threadId === null ? undefined : log.threads.get(message.threadId);
  return row === undefined ? message : { ...message, thread: row.thread };
}

function membersAmong(state: State, log: Log, targets: readonly string[]) {
  const members = activeMembers(log)
    .filter(({ place }) => targets.includes(place.userId))
    .map(({ place }) => place);
  // Targets of these entries are user ids.
  return { members, users: usersOf(state, targets as UserId[]) };
}

function reasonOf(log: Log, { seq, actorId, targets: [userId = ''] }: Entry) {
  // Targets of these entries are user ids.
  const row = log.members.get(userId as UserId);
  if (row?.status === 'banned' && row.leftSeq === seq) return 'banned';
  return actorId === userId ? 'left' : 'removed';
}

/** The messages in an event: whether somebody may see it depends on them. */
export function messagesOf(event: ChatEvent): readonly Message[] {
  switch (event.kind) {
    case 'message.created':
    case 'message.updated':
    case 'message.deleted':
      return [event.data];
    case 'reaction.added':
    case 'reaction.removed':
      return [event.data.message];
    default:
      return [];
  }
}

/** Whether a member may be told of it. */
export function isVisibleTo(log: Log, member: MemberRow, event: ChatEvent): boolean {
  const from = visibleFrom(log, member);
  return event.seq >= from && messagesOf(event).every(({ seq }) => seq >= from);
}

/** Tells an entry that was just added to everybody it concerns. */
export function tell(
  { state, hub }: World,
  { log, entry }: { readonly log: Log; readonly entry: Entry },
  more: Pick<Publication, 'joins' | 'leaves'> & { readonly emoji?: string } = {},
): void {
  const { emoji, ...moves } = more;
  const event = toEvent(state, { log, entry }, emoji);
  const isWithheld = messagesOf(event).some(({ seq }) => seq < log.hiddenBelow);
  hub.publish({ log, event, isWithheld, ...moves });
}
