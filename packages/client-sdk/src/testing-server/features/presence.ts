/** Whether people are here, for those who share a conversation with them, and how each wants to be seen. */
import type { ParsedInput } from '@parley/protocol';
import type { OwnPresence, Presence, Status, UserId } from '@parley/protocol/wire';
import { isActive } from '../log.js';
import type { Person, State } from '../state.js';
import { type Actor, type HandlersOf, toTime, type World } from '../world.js';
import { hasBlockWith } from './blocks.js';
import { ownPresenceOf, requirePerson, runOwn } from './own-log.js';

export function createPresence(world: World): HandlersOf<'presence'> {
  const list = ({ userId }: Actor, userIds: readonly UserId[]) => ({
    items: userIds.map((id) => presenceOf(world, userId, id)),
  });
  return {
    watchPresence: ({ input: { userIds }, actor }) => {
      world.hub.watch(actor, userIds);
      return list(actor, userIds);
    },
    listPresence: ({ input: { ids }, actor }) => list(actor, ids),
    getOwnPresence: ({ actor }) => ownPresenceOf(world, requirePerson(world, actor)),
    setPresence: ({ input, actor, opId }) => {
      const carryOut = (person: Person) => choose(world, person, input);
      runOwn(world, { actor, opId, kind: 'presence.chosen', carryOut });
      return ownPresenceOf(world, requirePerson(world, actor));
    },
  };
}

function choose(
  world: World,
  person: Person,
  { state, status }: ParsedInput<'setPresence'>,
): null | undefined {
  const before = ownPresenceOf(world, person);
  person.shownAs = state;
  if (status !== undefined) person.status = status === null ? null : statusOf(status);
  const after = ownPresenceOf(world, person);
  if (lookOf(before) !== lookOf(after)) world.hub.restate();
  return JSON.stringify(before) === JSON.stringify(after) ? undefined : null;
}

type NewStatus = NonNullable<ParsedInput<'setPresence'>['status']>;

function statusOf({ emoji, text, until }: NewStatus): Status {
  return { emoji: emoji ?? null, text: text ?? null, until: toTime(until ?? null) };
}

/** What others see differently, wherever somebody is. */
function lookOf({ state, status }: OwnPresence): string {
  return state === 'invisible' ? state : JSON.stringify([state, status]);
}

/** How somebody looks to somebody else. */
export function presenceOf(world: World, viewerId: UserId, userId: UserId): Presence {
  const { state, hub } = world;
  const person = state.people.get(userId);
  const hidden: Presence = { userId, state: 'offline', lastSeenAt: null, status: null };
  if (person === undefined || !mayLook(state, viewerId, userId)) return hidden;
  const { state: shownAs, status } = ownPresenceOf(world, person);
  if (shownAs === 'invisible' || hasBlockWith(state, viewerId, [userId])) return hidden;
  const sight = hub.sightOf(userId);
  if (sight === 'gone') return { userId, state: 'offline', lastSeenAt: person.lastSeenAt, status };
  return { userId, state: sight === 'idle' ? 'away' : shownAs, lastSeenAt: null, status };
}

/** Whether two people share a conversation. */
export function mayLook({ logs }: State, viewerId: UserId, userId: UserId): boolean {
  if (viewerId === userId) return true;
  return [...logs.values()].some(
    (log) => log.state !== 'deleted' && isActive(log, viewerId) && isActive(log, userId),
  );
}
