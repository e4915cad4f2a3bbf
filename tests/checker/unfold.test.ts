import { describe, expect, it } from 'vitest';
import { checkRun } from './check-run.js';
import type { LogEntry, Operation, OperationKind, Outcome } from './run-history.js';
import { unfold } from './unfold.js';

const conversationId = 'c';
const discarded: Outcome = { type: 'refused', code: 'discarded' };

function at(seq: number): Outcome {
  return { type: 'acknowledged', seq };
}

function did(kind: OperationKind, outcome: Outcome, more: Partial<Operation> = {}): Operation {
  return { lane: 'ann', actorId: 'ann', conversationId, kind, targetId: 'm', outcome, ...more };
}

function said(kind: 'sendMessage' | 'editMessage', outcome: Outcome, content: string): Operation {
  return did(kind, outcome, { content });
}

function entry(seq: number, kind: string, content: string): LogEntry {
  const message = { id: 'm', rev: seq, content, deletedAt: null };
  return { conversationId, seq, kind, actorId: 'ann', targetIds: ['m'], message };
}

/** The rules that are broken. */
function judge(commands: readonly Operation[], log: readonly LogEntry[]): string[] {
  const { operations, violations } = unfold(commands, log);
  const found = checkRun({ operations, clients: [], log, views: [], watermarks: [] });
  return [...violations, ...found].map(({ rule }) => rule);
}

describe('what an outbox folds', () => {
  it('is one message with the last words', () => {
    const commands = [
      said('sendMessage', at(1), 'one'),
      said('editMessage', at(1), 'two'),
      said('editMessage', at(1), 'three'),
    ];
    expect(judge(commands, [entry(1, 'message.created', 'three')])).toEqual([]);
    expect(judge(commands, [entry(1, 'message.created', 'one')])).toEqual(['altered']);
  });

  it('is one message also where nobody waited for the verdict on it', () => {
    const commands = [said('sendMessage', { type: 'unknown' }, 'one'), said('editMessage', at(1), 'two')];
    expect(judge(commands, [entry(1, 'message.created', 'two')])).toEqual([]);
  });

  it('is one edit with the last words, of one lane', () => {
    const log = [entry(1, 'message.created', 'three'), entry(2, 'message.updated', 'three')];
    const first = said('sendMessage', at(1), 'one');
    const edits = [said('editMessage', at(2), 'two'), said('editMessage', at(2), 'three')];
    expect(judge([first, ...edits], log)).toEqual([]);
    const others = edits.map((edit, index) => ({ ...edit, lane: `lane ${index}` }));
    expect(judge([first, ...others], log)).toContain('shared');
  });

  it('stands in the place of an edit on whose verdict nobody waited', () => {
    const other = { ...entry(3, 'message.created', 'else'), targetIds: ['n'], message: undefined };
    const log = [entry(1, 'message.created', 'three'), entry(2, 'message.updated', 'three'), other];
    const commands = [
      said('sendMessage', at(1), 'one'),
      said('editMessage', { type: 'unknown' }, 'two'),
      did('sendMessage', at(3), { targetId: 'n', content: 'else' }),
      said('editMessage', at(2), 'three'),
    ];
    expect(judge(commands, log)).toEqual([]);
    expect(judge(commands.slice(0, 1).concat(commands.slice(2)), log)).toEqual(['reordered']);
  });

  it('leaves nothing of an edit that a deletion follows, and misses one that nothing does', () => {
    const log = [entry(1, 'message.created', 'one')];
    const first = said('sendMessage', at(1), 'one');
    const edit = said('editMessage', at(0), 'two');
    const deleted = { ...entry(2, 'message.deleted', ''), message: undefined };
    expect(judge([first, edit, did('deleteMessage', at(2))], [...log, deleted])).toEqual([]);
    expect(judge([first, edit], log)).toEqual(['lost']);
  });

  it('leaves nothing of a message that was deleted unsent, and finds one that was sent all the same', () => {
    const commands = [said('sendMessage', discarded, 'one'), did('deleteMessage', at(0))];
    expect(judge(commands, [])).toEqual([]);
    expect(judge(commands, [entry(1, 'message.created', 'one')])).toContain('surplus');
    expect(judge([did('deleteMessage', at(0))], [])).toEqual(['lost']);
  });

  it('leaves nothing of a reaction that was taken back, and misses one that was not', () => {
    const log = [entry(1, 'message.created', 'one')];
    const first = said('sendMessage', at(1), 'one');
    const emoji = { emoji: '+1' };
    const added = did('addReaction', at(0), emoji);
    expect(judge([first, added, did('removeReaction', at(0), emoji)], log)).toEqual([]);
    expect(judge([first, added], log)).toEqual(['lost']);
    expect(judge([first, added, did('removeReaction', at(0), { emoji: 'tada' })], log)).toEqual([
      'lost',
      'lost',
    ]);
  });
});
