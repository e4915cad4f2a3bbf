import { type EventKind, listOperations, type Operation, type OperationName } from '@parley/protocol';
import { entryKinds } from '../eventlog/entry-kinds.js';
import type { EntryLoader, Includes } from './context.js';
import type { Feature, Handler } from './define-feature.js';

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
  readonly features: readonly string[];
}

/** Puts the features together. Throws at start for an operation, an event or an include that nobody carries out. */
export function createRegistry(features: readonly Feature[]): Registry {
  const operations = new Map<string, RegisteredOperation>();
  for (const [name, { feature, operation }] of listOperations()) {
    const handlers: Readonly<Record<string, unknown>> =
      features.find((candidate) => candidate.name === feature)?.handlers ?? {};
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`no feature carries out ${name}`);
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
    features: features.map((feature) => feature.name),
  };
}

function collectIncludes(features: readonly Feature[]): Includes {
  const all: Partial<Includes> = Object.assign({}, ...features.map((feature) => feature.includes));
  const { users, me, conversation } = all;
  if (users === undefined || me === undefined || conversation === undefined)
    throw new Error('users, me and conversation must each be offered by a feature');
  return { users, me, conversation };
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
