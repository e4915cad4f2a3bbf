import type { OwnEvent } from '@parley/protocol';
import { readOwnLog } from '../eventlog/own-log.js';
import type { ReadOwnLog, UserContext } from './context.js';
import type { Registry } from './registry.js';

/** Reads one's own log as events: the entries in order, and with one load a kind what they touched, in its present state. */
export function createOwnLogReader(
  registry: Pick<Registry, 'ownEntryLoaders'>,
  ctx: UserContext,
): ReadOwnLog {
  return async (range) => {
    const { entries, head } = await readOwnLog(ctx.db, ctx.actor, range);
    const data = new Map<number, unknown>();
    for (const number of new Set(entries.map(({ kind }) => kind))) {
      const loader = registry.ownEntryLoaders.get(number);
      if (loader === undefined)
        throw new Error(`one's own log has an entry of kind ${number}, which this version does not know`);
      const ofKind = entries.filter(({ kind }) => kind === number);
      for (const [seq, value] of await loader.load(ctx, ofKind)) data.set(seq, value);
    }
    const events = entries.map(
      ({ seq, at, kind }) =>
        // The loader registered for a kind gives that kind's data.
        ({ kind: registry.ownEntryLoaders.get(kind)?.kind, seq, at, data: data.get(seq) }) as OwnEvent,
    );
    return { events, to: entries.at(-1)?.seq ?? range.after, head };
  };
}
