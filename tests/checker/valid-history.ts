import fc from 'fast-check';
import type { Entry, History, Observation, Send } from './history.js';

/** Histories in which every promise was kept: some lanes write to some conversations, some sends never got an answer. */
export const validHistory: fc.Arbitrary<History> = fc
  .record({
    turns: fc.array(
      fc.record({
        conversation: fc.integer({ min: 1, max: 2 }),
        what: fc.oneof(
          {
            weight: 4,
            arbitrary: fc.record({
              lane: fc.integer({ min: 1, max: 3 }),
              answers: fc.integer({ min: 0, max: 2 }),
            }),
          },
          { weight: 1, arbitrary: fc.constant('change' as const) },
          { weight: 1, arbitrary: fc.constant('lost' as const) },
        ),
      }),
      { minLength: 1, maxLength: 40 },
    ),
    watchers: fc.array(
      fc.record({
        conversation: fc.integer({ min: 1, max: 2 }),
        from: fc.nat(20),
        length: fc.nat(20),
        covers: fc.constantFrom('entries' as const, 'messages' as const, 'nothing' as const),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ turns, watchers }) => {
    const { log, sends } = play(turns);
    return {
      log,
      sends,
      observations: watchers.map((watcher, index) => watch(log, watcher, `observer ${index}`)),
    };
  });

interface Turn {
  readonly conversation: number;
  readonly what: 'change' | 'lost' | { readonly lane: number; readonly answers: number };
}

/** Every turn is the next entry of its conversation, but for those that were lost on the way. */
function play(turns: readonly Turn[]): { log: Entry[]; sends: Send[] } {
  const log: Entry[] = [];
  const sends: Send[] = [];
  const heads = new Map<string, number>();
  for (const [index, { conversation, what }] of turns.entries()) {
    const conversationId = `c${conversation}`;
    const words = { conversationId, id: `m${index}`, content: `words ${index}` };
    if (what === 'lost') {
      sends.push({ ...words, lane: 'lane 1', senderId: 'user 1', answers: [] });
      continue;
    }
    const seq = (heads.get(conversationId) ?? 0) + 1;
    heads.set(conversationId, seq);
    if (what === 'change') {
      log.push({ conversationId, seq });
      continue;
    }
    const at = `2026-11-21T09:00:00.${String(index).padStart(6, '0')}Z`;
    const senderId = `user ${what.lane}`;
    const { id, content } = words;
    log.push({ conversationId, seq, message: { id, content, senderId, at } });
    sends.push({
      ...words,
      lane: `lane ${what.lane}`,
      senderId,
      answers: Array.from({ length: what.answers }, () => ({ seq, at })),
    });
  }
  return { log, sends };
}

function watch(
  log: readonly Entry[],
  watcher: {
    readonly conversation: number;
    readonly from: number;
    readonly length: number;
    readonly covers: Observation['covers'];
  },
  observer: string,
): Observation {
  const conversationId = `c${watcher.conversation}`;
  const { covers } = watcher;
  const seen = log
    .filter(
      (entry) =>
        entry.conversationId === conversationId && (covers === 'entries' || entry.message !== undefined),
    )
    .slice(watcher.from, watcher.from + watcher.length)
    .map(({ seq, message }) => ({ seq, message }));
  return { observer, conversationId, covers, seen };
}
