import type { Message } from '@parley/client-sdk';
import { describe, expect, it } from 'vitest';
import { buildRows, type LogInput, type LogRow } from './log-rows.js';
import { me, sampleMessage } from './samples.js';

const input = (items: readonly Message[], change: Partial<LogInput> = {}): LogInput => {
  return { items, pending: [], meId: me, isStart: true, ...change };
};
const places = (rows: readonly LogRow[]) =>
  rows.map((row) =>
    row.kind === 'day' ? 'day' : `${row.isFirst ? '(' : ''}${row.key}${row.isTail ? ')' : ''}`,
  );
const at = (day: number, hour: number, minute: number) => new Date(2026, 5, day, hour, minute).toISOString();

describe('the rows of a log', () => {
  it('group messages of one sender within five minutes', () => {
    const items = [
      sampleMessage(1, { at: at(18, 9, 0) }),
      sampleMessage(2, { at: at(18, 9, 5) }),
      sampleMessage(3, { at: at(18, 9, 11) }),
      sampleMessage(4, { at: at(18, 9, 12), senderId: me }),
    ];
    expect(places(buildRows(input(items)))).toEqual(['day', '(m1', 'm2)', '(m3)', '(m4)']);
  });

  it('part groups at midnight and name the day', () => {
    const items = [sampleMessage(1, { at: at(18, 23, 59) }), sampleMessage(2, { at: at(19, 0, 1) })];
    expect(places(buildRows(input(items)))).toEqual(['day', '(m1)', 'day', '(m2)']);
  });

  it('name the first day only where history begins, so that the first key stays when a page comes in front', () => {
    expect(places(buildRows(input([sampleMessage(1)], { isStart: false })))).toEqual(['(m1)']);
  });

  it('show a message once while it is both pending and loaded', () => {
    const mine = sampleMessage(1, { senderId: me });
    const pending = [
      { id: mine.id, content: mine.content, at: mine.at, delivery: { status: 'waiting' as const } },
    ];
    const [, row] = buildRows(input([mine], { pending }));
    expect(row).toMatchObject({ key: 'm1', isOwn: true, delivery: { status: 'sent' } });
    expect(buildRows(input([mine], { pending }))).toHaveLength(2);
  });

  it('keep the key of a message from waiting to stored', () => {
    const mine = sampleMessage(2, { senderId: me });
    const pending = [
      { id: mine.id, content: mine.content, at: mine.at, delivery: { status: 'waiting' as const } },
    ];
    const keys = (rows: readonly LogRow[]) => rows.map(({ key }) => key);
    const before = keys(buildRows(input([sampleMessage(1)], { pending })));
    expect(keys(buildRows(input([sampleMessage(1), mine])))).toEqual(before);
  });

  it('are the same objects where nothing changed', () => {
    const before = buildRows(input([sampleMessage(1), sampleMessage(2, { senderId: me })]));
    const after = buildRows(
      input([sampleMessage(1), sampleMessage(2, { senderId: me }), sampleMessage(3)]),
      before,
    );
    expect(after.slice(0, 3).every((row, index) => row === before[index])).toBe(true);
  });
});
