/** Profiles: one's own, those of others, finding people, and what the deployment's own software does with them. */
import type { Me, UserId } from '@parley/protocol/wire';
import { publicOf } from '../events.js';
import { activeMembers, isActive } from '../log.js';
import type { Person, State } from '../state.js';
import { type HandlersOf, refuse, stamp, type World } from '../world.js';
import { hasBlocked } from './blocks.js';
import { requirePerson } from './own-log.js';

export function createUsers(world: World): HandlersOf<'users'> {
  return {
    getMe: ({ actor }) => meOf(requirePerson(world, actor)),
    updateMe: ({ input, actor }) => {
      const person = requirePerson(world, actor);
      changeProfile(world, person, input);
      return meOf(person);
    },
    getUser: ({ input: { userId }, actor }) => {
      const person = world.state.people.get(userId) ?? refuse('not_found');
      const isMinimal = hasBlocked(world.state, userId, actor.userId);
      const { bio, metadata } = isMinimal ? { bio: null, metadata: null } : person;
      return { ...publicOf(person), bio, metadata: metadata === null ? null : { ...metadata } };
    },
    searchUsers: ({ input: { q, limit = 20 }, actor }) => {
      const text = q.trim().toLowerCase();
      if (text === '') return { items: [] };
      const fits = ({ id, username, displayName }: Person) =>
        id !== actor.userId &&
        !hasBlocked(world.state, id, actor.userId) &&
        (username.startsWith(text) || ` ${displayName.toLowerCase()}`.includes(` ${text}`));
      const found = [...world.state.people.values()].filter(fits);
      found.sort((one, other) => (one.username < other.username ? -1 : 1));
      return { items: found.slice(0, limit).map(publicOf) };
    },
    upsertUser: ({ input: { userId, isDisabled, ...profile } }) => {
      const known = world.state.people.get(userId);
      if (known !== undefined) changeProfile(world, known, profile);
      const username = profile.username ?? `user-${userId.replaceAll('-', '').slice(0, 24)}`;
      const person = known ?? addPerson(world, { ...profile, id: userId, username, password: null });
      if (isDisabled !== undefined) person.isDisabled = isDisabled;
      if (isDisabled === true) endSessions(world.state, userId);
      return { ...meOf(person), isDisabled: person.isDisabled };
    },
    revokeUserTokens: ({ input: { userId } }) => {
      if (!world.state.people.has(userId)) return refuse('not_found');
      endSessions(world.state, userId);
      return null;
    },
  };
}

/** Somebody as they see themselves. */
export function meOf(person: Person): Me {
  const { bio, metadata, email, locale, createdAt } = person;
  return {
    ...publicOf(person),
    bio,
    metadata: metadata === null ? null : { ...metadata },
    email,
    locale,
    createdAt,
  };
}

type Profile = Partial<
  Pick<Person, 'username' | 'displayName' | 'email' | 'avatarUrl' | 'bio' | 'locale' | 'metadata'>
>;
type Given = { readonly [Field in keyof Profile]: Profile[Field] | undefined };

export interface NewPerson extends Given {
  readonly id: UserId;
  readonly username: string;
  readonly displayName: string;
  readonly password: string | null;
}

/** Makes somebody. Throws `username_taken`, `email_taken`. */
export function addPerson(world: World, given: NewPerson): Person {
  requireFree(world.state, given.id, given);
  const { id, username, displayName, password } = given;
  const person: Person = {
    id,
    username,
    displayName,
    password,
    avatarUrl: given.avatarUrl ?? null,
    rev: 1,
    bio: given.bio ?? null,
    metadata: given.metadata ?? null,
    email: given.email ?? null,
    locale: given.locale ?? null,
    createdAt: stamp(world),
    isDisabled: false,
    hideReceipts: false,
    shownAs: 'online',
    status: null,
    lastSeenAt: null,
    ownLog: [],
    ownTick: 0,
  };
  world.state.people.set(id, person);
  return person;
}

function requireFree({ people }: State, id: UserId, { username, email }: Given): void {
  for (const other of people.values()) {
    if (other.id === id) continue;
    if (username !== undefined && other.username === username) refuse('username_taken');
    if (email !== undefined && email !== null && other.email === email) refuse('email_taken');
  }
}

/** Changes what is given and tells who often sees them. The rev grows only where something is different. */
function changeProfile(world: World, person: Person, { ...given }: Given): void {
  requireFree(world.state, person.id, given);
  const changed = Object.entries(given).filter(
    ([field, value]) =>
      value !== undefined && JSON.stringify(value) !== JSON.stringify(person[field as keyof Given]),
  );
  if (changed.length === 0) return;
  Object.assign(person, Object.fromEntries(changed), { rev: person.rev + 1 });
  world.hub.signal({
    signal: { kind: 'user.updated', conversationId: null, data: { user: publicOf(person) } },
    to: onlookersOf(world.state, person.id),
  });
}

const mostMembers = 200;

/** People who share a conversation with somebody, themselves included. */
function onlookersOf({ logs }: State, userId: UserId): UserId[] {
  const onlookers = new Set([userId]);
  for (const log of logs.values()) {
    if (log.state === 'deleted' || !isActive(log, userId)) continue;
    const members = activeMembers(log);
    if (members.length <= mostMembers) for (const { place } of members) onlookers.add(place.userId);
  }
  return [...onlookers];
}

/** Ends sessions of somebody: all, or all but one. Their sockets are closed once the call is answered. */
export function endSessions({ sessions }: State, userId: UserId, exceptId?: string): void {
  for (const session of sessions.values())
    if (session.userId === userId && session.id !== exceptId) session.hasEnded = true;
}
