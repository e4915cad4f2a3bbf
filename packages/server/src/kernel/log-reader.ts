import type { ChatEvent, ConversationId, Message } from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import { type LogEntry, readLog } from '../eventlog/read.js';
import type { Context, LogReader } from './context.js';
import type { Registry } from './registry.js';

/** Reads the log as events: the entries in order, and with one load a kind what they touched, in its present state. */
export function createLogReader(
  registry: Registry,
  ctx: Context & { readonly actor: Pick<Actor, 'tenantId'> },
): LogReader {
  return {
    read: async (conversationId, range) => {
      // Nothing is told from before somebody's time, and nothing later about a message from before it.
      const after = Math.max(range.after, range.visibleFrom - 1);
      const { entries, head, hiddenBelow } = await readLog(ctx.db, conversationId, { ...range, after });
      const loaded = await loadEvents({ registry, ctx, conversationId }, entries);
      const isVisible = ({ seq }: Message): boolean => seq >= range.visibleFrom;
      const events = loaded.filter((event) => registry.messagesOf(event).every(isVisible));
      return {
        events,
        messages: events.flatMap(registry.messagesOf),
        to: entries.at(-1)?.seq ?? Math.max(after, 0),
        head,
        hiddenBelow,
      };
    },
  };
}

interface Loading {
  readonly registry: Registry;
  readonly ctx: Context & { readonly actor: Pick<Actor, 'tenantId'> };
  readonly conversationId: ConversationId;
}

async function loadEvents(
  { registry, ctx, conversationId }: Loading,
  entries: readonly LogEntry[],
): Promise<ChatEvent[]> {
  const data = new Map<number, unknown>();
  for (const number of new Set(entries.map((entry) => entry.kind))) {
    const ofKind = entries.filter((entry) => entry.kind === number);
    const loader = registry.entryLoaders.get(number);
    if (loader === undefined)
      throw new Error(`the log has an entry of kind ${number}, which this version does not know`);
    for (const [seq, value] of await loader.load(ctx, conversationId, ofKind)) data.set(seq, value);
  }
  return entries.map(
    ({ seq, at, actorId, kind }) =>
      // The loader registered for a kind gives that kind's data.
      ({
        kind: registry.entryLoaders.get(kind)?.kind,
        conversationId,
        seq,
        at,
        actorId,
        data: data.get(seq),
      }) as ChatEvent,
  );
}
