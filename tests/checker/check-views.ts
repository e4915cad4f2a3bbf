/**
 * Holds what everyone shows at the end against what the log gives: every client, the tables as pages of messages and members show them, and pages of state.
 * And that against the log's deletions: what was deleted says nothing any more.
 */
import type { LogIndex } from './log-index.js';
import type { RunView, RunViolation } from './run-history.js';

/** The view all others are held against. */
export const reference = 'log';

/** More of one view tell no more than these. */
const toldOfOneView = 3;

/** All violations; costs grow with the number of rows. */
export function* checkViews(log: LogIndex, views: readonly RunView[]): Generator<RunViolation> {
  const references = new Map(
    views.filter(({ observer }) => observer === reference).map((view) => [view.conversationId, view.rows]),
  );
  for (const view of views) {
    yield* checkDeleted(log, view);
    const expected = references.get(view.conversationId);
    if (expected === undefined) throw new Error(`there is no view of the log of ${view.conversationId}`);
    yield* differences(view, expected);
  }
}

function* differences(view: RunView, expected: RunView['rows']): Generator<RunViolation> {
  const { observer, conversationId, rows } = view;
  let told = 0;
  for (const name of new Set([...expected.keys(), ...rows.keys()])) {
    if (rows.get(name) === expected.get(name)) continue;
    told += 1;
    if (told > toldOfOneView) return;
    const detail = `${observer} shows ${rows.get(name) ?? 'no'} ${name}, the log gives ${expected.get(name) ?? 'none'}`;
    yield { rule: 'view-differs', conversationId, detail };
  }
}

function* checkDeleted(log: LogIndex, { observer, conversationId, rows }: RunView): Generator<RunViolation> {
  for (const [name, text] of rows) {
    const [what, id = ''] = name.split(' ');
    if (what !== 'message' || log.deletedAt(id) === undefined) continue;
    // Rows of messages are the JSON of the message.
    const { content, deletedAt } = JSON.parse(text) as { content: string; deletedAt: string | null };
    if (content !== '' || deletedAt === null)
      yield { rule: 'deleted-shown', conversationId, detail: `${observer} shows the words of ${id}` };
  }
}
