import { describe, expect, it } from 'vitest';
import { checkRun } from './check-run.js';
import type { LogEntry, Operation, RunHistory, Told } from './run-history.js';

/** Ana makes a conversation with Ben, sends m1 and edits it, brings Cem, sends and deletes m2, and sends Cem away. Ben reacts to m1. */
const c = 'c';
const at = (seq: number) => `2026-11-21T09:00:00.${seq}Z`;
const entry = (
  [seq, kind]: [number, string],
  targetIds: string[],
  more: Partial<LogEntry> = {},
): LogEntry => ({
  conversationId: c,
  seq,
  kind,
  actorId: 'ana',
  targetIds,
  ...more,
});
const says = (id: string, content: string, rev: number) => ({
  message: { id, content, rev, deletedAt: content === '' ? at(rev) : null },
});
const live: readonly LogEntry[] = [
  entry([1, 'conversation.created'], ['ana', 'ben']),
  entry([2, 'message.created'], ['m1'], says('m1', 'one', 2)),
  entry([3, 'members.added'], ['cem']),
  entry([4, 'message.updated'], ['m1'], says('m1', 'one again', 4)),
  entry([5, 'message.created'], ['m2'], says('m2', 'two', 5)),
  entry([6, 'reaction.added'], ['m1'], { ...says('m1', 'one again', 6), actorId: 'ben' }),
  entry([7, 'message.deleted'], ['m2'], says('m2', '', 7)),
  entry([8, 'members.removed'], ['cem']),
];
/** Read afterwards, every entry tells its message as it is now. */
const now = (each: LogEntry): LogEntry => {
  if (each.message === undefined) return each;
  return { ...each, ...(each.message.id === 'm1' ? says('m1', 'one again', 6) : says('m2', '', 7)) };
};
const log = live.map(now);

const operation = (
  [kind, targetId, seq]: [Operation['kind'], string, number],
  more: Partial<Operation> = {},
): Operation => ({
  lane: 'ana 1',
  actorId: 'ana',
  conversationId: c,
  kind,
  targetId,
  outcome: { type: 'acknowledged', seq },
  ...more,
});
const operations: readonly Operation[] = [
  operation(['sendMessage', 'm1', 2], { content: 'one' }),
  operation(['addMembers', 'cem', 3]),
  operation(['editMessage', 'm1', 4], { content: 'one again' }),
  operation(['sendMessage', 'm2', 5], { content: 'two' }),
  operation(['addReaction', 'm1', 6], { actorId: 'ben', lane: 'ben 1' }),
  operation(['deleteMessage', 'm2', 7]),
  operation(['removeMember', 'cem', 8]),
];

const tell = (entries: readonly LogEntry[], isCatchUp = false): Told[] =>
  entries.map((each) => ({ type: 'event', entry: each, isCatchUp }));
const rows = new Map([
  ['message m1', JSON.stringify({ content: 'one again', deletedAt: null })],
  ['message m2', JSON.stringify({ content: '', deletedAt: at(7) })],
]);
const reading = { lane: 'ben 1', userId: 'ben', conversationId: c, readSeq: 2, deliveredSeq: 4 };
const good: RunHistory = {
  operations,
  clients: [
    { client: 'ben 1', userId: 'ben', told: tell(live) },
    {
      client: 'cem 1',
      userId: 'cem',
      told: [...tell(live.slice(2)), { type: 'removed', conversationId: c }],
    },
    {
      client: 'ana 2',
      userId: 'ana',
      told: [{ type: 'loaded', conversationId: c, to: 5 }, ...tell(live.slice(4))],
    },
  ],
  log,
  views: [
    { observer: 'log', conversationId: c, rows },
    { observer: 'ben 1', conversationId: c, rows: new Map(rows) },
  ],
  watermarks: [reading, { ...reading, readSeq: 5, deliveredSeq: 5 }],
};

const rulesOf = (run: Partial<RunHistory>) => checkRun({ ...good, ...run }).map(({ rule }) => rule);
const toldTo = (userId: string, told: readonly Told[]) =>
  rulesOf({ clients: [{ client: userId, userId, told }] });
const replaced = (index: number, more: Partial<Operation>) =>
  operations.map((each, place) => (place === index ? { ...each, ...more } : each));
const pick = (...seqs: number[]) => seqs.flatMap((seq) => live[seq - 1] ?? []);

describe('the checker of runs', () => {
  it('approves a run in which every promise was kept', () => {
    expect(checkRun(good)).toEqual([]);
  });

  it('approves an operation with unknown outcome, whether it landed or not', () => {
    expect(rulesOf({ operations: replaced(3, { outcome: { type: 'unknown' } }) })).toEqual([]);
    const never = operation(['sendMessage', 'm9', 0], { content: 'nine', outcome: { type: 'unknown' } });
    expect(rulesOf({ operations: [...operations, never] })).toEqual([]);
  });

  it('approves what changed nothing and was told an earlier place', () => {
    expect(rulesOf({ operations: [...operations, operation(['addMembers', 'ben', 5])] })).toEqual([]);
  });

  it('approves a log that tells of an addition only those who stayed', () => {
    const later = log.map((each) => (each.seq === 3 ? { ...each, targetIds: [] } : each));
    expect(rulesOf({ log: later })).toEqual([]);
    expect(rulesOf({ log: later, clients: [] })).toEqual([]);
  });

  it('approves a client that catches up over a time in which it was away and no member', () => {
    const back = [
      ...log,
      entry([9, 'message.created'], ['m3'], says('m3', 'three', 9)),
      entry([10, 'members.added'], ['cem']),
    ];
    const more = [
      operation(['sendMessage', 'm3', 9], { content: 'three' }),
      operation(['addMembers', 'cem', 10]),
    ];
    const told = [...tell(live.slice(2, 4)), ...tell(back.slice(4), true)];
    const clients = [{ client: 'cem', userId: 'cem', told }];
    expect(rulesOf({ log: back, operations: [...operations, ...more], clients })).toEqual([]);
  });

  it('finds an acknowledged operation that the log does not have, or has elsewhere', () => {
    expect(rulesOf({ operations: replaced(2, { outcome: { type: 'acknowledged', seq: 5 } }) })).toContain(
      'lost',
    );
    expect(rulesOf({ operations: replaced(3, { outcome: { type: 'acknowledged', seq: 99 } }) })).toContain(
      'lost',
    );
    expect(rulesOf({ operations: replaced(6, { outcome: { type: 'acknowledged', seq: 99 } }) })).toContain(
      'lost',
    );
  });

  it('finds a hole in the log', () => {
    expect(
      rulesOf({ log: log.filter(({ seq }) => seq !== 6), operations: replaced(4, { kind: 'addReaction' }) }),
    ).toContain('hole');
  });

  it('finds two operations that were told one place', () => {
    expect(
      rulesOf({ operations: [...operations, operation(['editMessage', 'm1', 4], { content: 'one again' })] }),
    ).toContain('shared');
  });

  it('finds an operation that took effect twice, and one that was refused and took effect', () => {
    const twice = [...log, entry([9, 'message.updated'], ['m1'], says('m1', 'one again', 9))];
    expect(rulesOf({ log: twice })).toContain('surplus');
    const refusedOnce = { type: 'refused', code: 'forbidden', hadCopies: true } as const;
    expect(rulesOf({ operations: replaced(4, { outcome: refusedOnce }) })).toEqual([]);
    expect(rulesOf({ operations: replaced(4, { outcome: { type: 'refused', code: 'forbidden' } }) })).toEqual(
      ['surplus'],
    );
  });

  it('finds a later operation of a lane before an earlier one', () => {
    const [first, second, third, ...rest] = operations;
    expect(rulesOf({ operations: [third, second, first, ...rest].flatMap((each) => each ?? []) })).toContain(
      'reordered',
    );
  });

  it('finds words that nobody wrote, and words of before the latest edit', () => {
    const saying = (content: string) =>
      log.map((each) => (each.seq === 4 ? { ...each, ...says('m1', content, 6) } : each));
    expect(rulesOf({ log: saying('else') })).toEqual(['altered']);
    expect(rulesOf({ log: saying('one') })).toEqual(['altered']);
  });

  it('finds a client that was told things twice, out of order, or not at all', () => {
    expect(toldTo('ben', tell(pick(1, 2, 2)))).toEqual(['told-again']);
    expect(toldTo('ben', tell(pick(1, 3, 2)))).toEqual(['told-hole', 'told-again']);
    expect(toldTo('ben', tell(pick(1, 2, 4)))).toEqual(['told-hole']);
    expect(toldTo('ben', [{ type: 'loaded', conversationId: c, to: 2 }, ...tell(pick(4))])).toEqual([
      'told-hole',
    ]);
    expect(toldTo('ben', [{ type: 'moved', conversationId: c, seq: 2 }, ...tell(pick(4))])).toEqual([
      'told-hole',
    ]);
  });

  it('follows a client that was told what is different instead of what happened', () => {
    const learned: Told[] = pick(2, 5).map((each) => ({ type: 'learned', entry: now(each) }));
    const caughtUp: Told = { type: 'caughtUp', conversationId: c, to: 6 };
    expect(toldTo('ben', [...tell(pick(1)), ...learned, caughtUp, ...tell(pick(7, 8))])).toEqual([]);
    expect(toldTo('ben', [...tell(pick(1)), ...learned, caughtUp, ...tell(pick(8))])).toEqual(['told-hole']);
    expect(toldTo('dan', learned)).toEqual(['told-outside', 'told-outside']);
  });

  it('finds a client that was told less than it knew, or of a message it knew', () => {
    const learned: Told[] = pick(2).map((each) => ({ type: 'learned', entry: now(each) }));
    const caughtUp: Told = { type: 'caughtUp', conversationId: c, to: 3 };
    expect(toldTo('ben', [...tell(pick(1, 2, 3)), caughtUp])).toEqual([]);
    expect(toldTo('ben', [...tell(pick(1, 2, 3, 4)), caughtUp])).toEqual(['told-again']);
    expect(toldTo('ben', [...tell(pick(1, 2)), ...learned, caughtUp])).toEqual(['told-again']);
    expect(toldTo('ben', [...tell(pick(1)), ...learned, ...learned, caughtUp])).toEqual(['told-again']);
  });

  it('finds a client that was told something else than the log has', () => {
    const [, second] = live;
    expect(toldTo('ben', tell([{ ...entry([2, 'message.created'], ['m7']) }]))).toEqual(['told-differs']);
    expect(toldTo('ben', tell(second === undefined ? [] : [{ ...second, seq: 99 }]))).toEqual([
      'told-differs',
    ]);
  });

  it('finds a client that was told something before it came or after it was removed', () => {
    expect(toldTo('cem', tell(pick(2, 3)))).toEqual(['told-outside']);
    const after = [...log, entry([9, 'message.created'], ['m3'], says('m3', 'three', 9))];
    const clients = [{ client: 'cem', userId: 'cem', told: tell(after.slice(2), true) }];
    const sent = [...operations, operation(['sendMessage', 'm3', 9], { content: 'three' })];
    expect(rulesOf({ log: after, operations: sent, clients })).toEqual(['told-outside']);
  });

  it('finds the words of a deleted message, told or shown', () => {
    const told = tell([{ ...entry([7, 'message.deleted'], ['m2']), ...says('m2', 'two', 7) }]);
    expect(toldTo('ben', told)).toEqual(['deleted-shown']);
    const shown = new Map([...rows, ['message m2', JSON.stringify({ content: 'two', deletedAt: null })]]);
    expect(rulesOf({ views: [{ observer: 'log', conversationId: c, rows: shown }] })).toEqual([
      'deleted-shown',
    ]);
  });

  it('finds a view with other rows, rows that are missing, and rows too many', () => {
    const [reference] = good.views;
    const against = (other: Map<string, string>) =>
      rulesOf({
        views: [
          ...(reference === undefined ? [] : [reference]),
          { observer: 'x', conversationId: c, rows: other },
        ],
      });
    const other = JSON.stringify({ content: 'one', deletedAt: null });
    expect(against(new Map([...rows, ['message m1', other]]))).toEqual(['view-differs']);
    expect(against(new Map([...rows].slice(1)))).toEqual(['view-differs']);
    expect(against(new Map([...rows, ['member cem', '{}']]))).toEqual(['view-differs']);
  });

  it('finds a watermark that fell, passed what was delivered, or passed the end', () => {
    const marks = (readSeq: number, deliveredSeq: number) =>
      rulesOf({ watermarks: [reading, { ...reading, readSeq, deliveredSeq }] });
    expect(marks(1, 4)).toEqual(['watermark']);
    expect(marks(2, 3)).toEqual(['watermark']);
    expect(marks(5, 4)).toEqual(['watermark']);
    expect(marks(2, 99)).toEqual(['watermark']);
  });
});
