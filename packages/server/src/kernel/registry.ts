import {
  type ChatEvent,
  type EventKind,
  listOperations,
  type Message,
  type Operation,
  type OperationName,
  type OwnEventKind,
} from '@parley/protocol';
import { entryKinds } from '../eventlog/entry-kinds.js';
import { ownEntryKinds } from '../eventlog/own-entry-kinds.js';
import { createBesideMessages } from './beside-messages.js';
import type { EntryLoader, Includes, OfferedIncludes, OwnEntryLoader } from './context.js';
import type {
  Carries,
  Feature,
  Handler,
  OwnEntryLoaders,
  Reaction,
  Reactions,
  Schedule,
} from './define-feature.js';
import type { StateSources } from './state-source.js';

/** An operation with what carries it out. */
export interface RegisteredOperation {
  readonly name: OperationName;
  readonly feature: string;
  readonly operation: Operation;
  readonly handler: Handler<OperationName>;
}

export interface Registry {
  readonly operations: ReadonlyMap<string, RegisteredOperation>;
  readonly includes: Includes;
  /** The loader and the kind of entries stored under a number. */
  readonly entryLoaders: ReadonlyMap<number, { readonly kind: EventKind; readonly load: EntryLoader }>;
  /** The same for entries of one's own log. */
  readonly ownEntryLoaders: ReadonlyMap<
    number,
    { readonly kind: OwnEventKind; readonly load: OwnEntryLoader }
  >;
  readonly features: readonly string[];
  readonly reacts: Reactions;
  readonly state: StateSources;
  readonly schedules: readonly Schedule[];
  /** The messages an event carries. */
  readonly messagesOf: (event: ChatEvent) => readonly Message[];
}

/**
 * Puts the features together. Throws at start for an operation, an event or an include that nobody carries out. What a feature named in `hidden` does
 * nobody can call, as if it did not exist.
 */
export function createRegistry(features: readonly Feature[], hidden: readonly string[] = []): Registry {
  const operations = new Map<string, RegisteredOperation>();
  for (const [name, { feature, operation }] of listOperations()) {
    const handlers: Readonly<Record<string, unknown>> =
      features.find((candidate) => candidate.name === feature)?.handlers ?? {};
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`no feature carries out ${name}`);
    if (hidden.includes(feature)) continue;
    // `defineFeature` proved that the handler found under a name is the handler of that operation.
    operations.set(name, {
      name: name as OperationName,
      feature,
      operation,
      handler: handler as Handler<OperationName>,
    });
  }
  return {
    operations,
    includes: collectIncludes(features),
    entryLoaders: collectEntries(features),
    ownEntryLoaders: collectOwnEntries(features),
    features: features.map((feature) => feature.name).filter((name) => !hidden.includes(name)),
    reacts: collectReactions(features),
    state: collectState(features),
    schedules: features.flatMap(({ schedules }) => schedules),
    messagesOf: collectCarries(features),
  };
}

function collectIncludes(features: readonly Feature[]): Includes {
  const all: Partial<OfferedIncludes> = Object.assign({}, ...features.map((feature) => feature.includes));
  const { users, me, conversation, membersJoinedAt, membersAmong } = all;
  if (users === undefined || me === undefined || conversation === undefined)
    throw new Error('users, me and conversation must each be offered by a feature');
  if (membersJoinedAt === undefined || membersAmong === undefined)
    throw new Error('membersJoinedAt and membersAmong must each be offered by a feature');
  const loaders = features.flatMap(({ beside }) => beside ?? []);
  return {
    users,
    me,
    conversation,
    membersJoinedAt,
    membersAmong,
    besideMessages: createBesideMessages(loaders, users),
  };
}

function collectState(features: readonly Feature[]): StateSources {
  const all: Partial<StateSources> = Object.assign({}, ...features.map(({ state }) => state));
  const { conversation, messages, members, threads } = all;
  if (conversation === undefined || messages === undefined || members === undefined || threads === undefined)
    throw new Error('conversation, messages, members and threads must each be offered as state by a feature');
  return { conversation, messages, members, threads };
}

function collectReactions(features: readonly Feature[]): Reactions {
  const reactions = new Map<EventKind, Reaction[]>();
  for (const { reacts } of features)
    for (const [kind, reaction] of Object.entries(reacts)) {
      // The keys of the table are kinds.
      const known = reactions.get(kind as EventKind) ?? [];
      reactions.set(kind as EventKind, [...known, reaction]);
    }
  return reactions;
}

/** Reads the messages out of the events of these features. */
export function collectCarries(features: readonly Feature[]): Registry['messagesOf'] {
  const all: Carries = Object.assign({}, ...features.map(({ carries }) => carries));
  return ({ kind, data }) => {
    // The reader found under a kind takes that kind's data.
    const read = all[kind] as ((given: unknown) => readonly Message[]) | undefined;
    return read?.(data) ?? [];
  };
}

function collectEntries(features: readonly Feature[]): Registry['entryLoaders'] {
  const all: { readonly [Kind in EventKind]?: EntryLoader } = Object.assign(
    {},
    ...features.map((feature) => feature.entries),
  );
  const loaders = new Map<number, { kind: EventKind; load: EntryLoader }>();
  // The keys of the table are the kinds.
  for (const kind of Object.keys(entryKinds) as EventKind[]) {
    const load = all[kind];
    if (load === undefined) throw new Error(`no feature loads entries of ${kind}`);
    loaders.set(entryKinds[kind], { kind, load });
  }
  return loaders;
}

function collectOwnEntries(features: readonly Feature[]): Registry['ownEntryLoaders'] {
  const all: OwnEntryLoaders = Object.assign({}, ...features.map(({ ownEntries }) => ownEntries));
  const loaders = new Map<number, { kind: OwnEventKind; load: OwnEntryLoader }>();
  // The keys of the table are the kinds.
  for (const kind of Object.keys(ownEntryKinds) as OwnEventKind[]) {
    const load = all[kind];
    if (load === undefined) throw new Error(`no feature loads entries of ${kind} in one's own log`);
    loaders.set(ownEntryKinds[kind], { kind, load });
  }
  return loaders;
}
