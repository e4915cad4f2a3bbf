import { setTimeout as delay } from 'node:timers/promises';
import { checkHistory } from '../checker/check-history.js';
import type { Observation, Violation } from '../checker/history.js';
import { createGroup, type Person, register } from '../support/people.js';
import { type Reader, readLog, walkPages } from './final-log.js';
import { createRestLane, createSocketLane, type Lane } from './lane.js';
import { createMemberChanges, type MemberChanges } from './member-changes.js';
import { Observer } from './observer.js';
import type { Site } from './site.js';

/** People at work in two groups: two lanes over REST, two over sockets, somebody coming and going, and an observer. */
export interface Scene {
  readonly reader: Person;
  readonly conversationIds: readonly string[];
  readonly lanes: readonly Lane[];
  readonly changes: MemberChanges;
  readonly observer: Observer;
}

export interface Verdict {
  readonly violations: readonly Violation[];
  /** The observer got to the end of every log, live or by catching up. */
  readonly hasSeenAll: boolean;
  /** Seqs of the changes that were acknowledged, and of those in the log beside the conversation's creation. */
  readonly changes: { readonly acknowledged: readonly number[]; readonly inLog: readonly number[] };
  readonly messages: number;
  readonly acknowledged: number;
  /** Under way when a server died, and acknowledged after they were sent again. */
  readonly unknownResolved: number;
  /** Acknowledged messages that were sent again and got the same answer. */
  readonly repeatsAnswered: number;
}

const observerPatienceMs = 15_000;

export async function setUpScene(url: string, site: Site, random: () => number): Promise<Scene> {
  const [owner, first, second, guest] = await Promise.all([
    register(url, 'owner'),
    register(url, 'first'),
    register(url, 'second'),
    register(url, 'guest'),
  ]);
  const groups = [
    await createGroup(url, owner, [first, second]),
    await createGroup(url, first, [owner, second]),
  ];
  const [changing] = groups;
  const conversationIds = groups.map(({ id }) => id);
  const options = { site, conversationIds, random };
  return {
    reader: owner,
    conversationIds,
    lanes: [
      createRestLane({ ...options, name: 'rest owner', person: owner }),
      createRestLane({ ...options, name: 'rest first', person: first }),
      createSocketLane({ ...options, name: 'socket first', person: first, inFlight: 8 }),
      createSocketLane({ ...options, name: 'socket second', person: second, inFlight: 1 }),
    ],
    changes: createMemberChanges({ site, owner, guest, conversationId: changing?.id ?? '' }),
    observer: new Observer(site, second),
  };
}

/** Reads everything back in every way there is, and has it checked. */
export async function judge(scene: Scene, by: Reader): Promise<Verdict> {
  const { conversationIds, lanes, changes, observer } = scene;
  const logs = await Promise.all(conversationIds.map((id) => readLog(by, id)));
  const heads = new Map(logs.map((log, index) => [conversationIds[index] ?? '', log.at(-1)?.seq ?? 0]));
  // An observer who never gets there is a finding like others, so the judgement does not wait for ever.
  const hasSeenAll = await Promise.race([
    observer.reached(heads).then(() => true),
    delay(observerPatienceMs, false, { ref: false }),
  ]);
  const pages: Observation[] = [];
  for (const id of conversationIds)
    for (const direction of ['forward', 'backward'] as const) pages.push(await walkPages(by, id, direction));

  const sends = lanes.flatMap((lane) => lane.sends);
  const log = logs.flat();
  const acknowledged = sends.filter(({ answers }) => answers.length > 0);
  return {
    hasSeenAll,
    violations: checkHistory({ sends, log, observations: [...observer.observations, ...pages] }),
    changes: {
      acknowledged: [...changes.seqs].sort((a, b) => a - b),
      inLog: (logs[0] ?? [])
        .filter(({ seq, message }) => message === undefined && seq > 1)
        .map(({ seq }) => seq),
    },
    messages: log.filter(({ message }) => message !== undefined).length,
    acknowledged: acknowledged.length,
    unknownResolved: acknowledged.filter(({ wasUnknown }) => wasUnknown).length,
    repeatsAnswered: acknowledged.reduce((sum, { answers }) => sum + answers.length - 1, 0),
  };
}
