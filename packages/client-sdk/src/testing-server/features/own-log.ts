/** Changes of what is one's own: an entry of one's own log, which one's devices are told of. */
import type { OwnEventKind, OwnEventOf, UserId } from '@parley/protocol/wire';
import type { OwnEntry, Person } from '../state.js';
import { type Actor, refuse, stamp, type World } from '../world.js';

export interface OwnCommand {
  readonly actor: Actor;
  readonly opId: string;
  readonly kind: OwnEventKind;
  /** Changes what there is. Returns whom the entry is about, null for nobody; undefined where nothing is different and nothing is logged. */
  readonly carryOut: (person: Person) => UserId | null | undefined;
}

/** Whose token it is. A token outlives its user by minutes at most. */
export function requirePerson({ state }: World, { userId }: Actor): Person {
  return state.people.get(userId) ?? refuse('session_revoked');
}

/** Carries it out once, whatever the number of its repeats. */
export function runOwn(world: World, { actor, opId, kind, carryOut }: OwnCommand): void {
  const person = requirePerson(world, actor);
  const first = person.ownLog.find((entry) => entry.opId === opId);
  if (first !== undefined) return first.kind === kind ? undefined : refuse('id_conflict');
  const target = carryOut(person);
  if (target === undefined) return;
  person.ownLog.push({ seq: person.ownLog.length + 1, kind, at: stamp(world), target, opId });
  world.state.tick += 1;
  person.ownTick = world.state.tick;
  world.hub.ownMoved(actor.userId);
}

/** What an entry touched, as it is now. */
export function ownDataOf(
  world: World,
  person: Person,
  { kind, target }: OwnEntry,
): OwnEventOf<OwnEventKind>['data'] {
  switch (kind) {
    case 'preferences.updated':
      return { preferences: { hideReceipts: person.hideReceipts } };
    case 'presence.chosen':
      return ownPresenceOf(world, person);
    case 'block.added':
    case 'block.removed':
      if (target === null) throw new Error('a block is of somebody');
      return { userId: target };
    default:
      return kind satisfies never;
  }
}

/** How somebody wants to be seen. A status that is over is none. */
export function ownPresenceOf({ now }: World, { shownAs, status }: Person) {
  const isStanding = status !== null && (status.until === null || Date.parse(status.until) > now());
  return { state: shownAs, status: isStanding ? status : null };
}
