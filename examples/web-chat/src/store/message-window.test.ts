import { describe, expect, it } from 'vitest';
import {
  applyLatestPage,
  applyLive,
  applyNewerPage,
  applyOlderPage,
  emptyWindow,
  hasNewer,
} from './message-window.js';
import { sampleMessage } from './samples.js';

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => sampleMessage(from + index));
const ords = ({ items }: { items: readonly { ord: number }[] }) => items.map(({ ord }) => ord);
const opened = applyLatestPage(emptyWindow, { items: range(11, 20), previousCursor: '11' });

describe('the window of loaded messages', () => {
  it('appends a live message that follows the last one', () => {
    expect(ords(applyLive(opened, sampleMessage(21)))).toEqual([...ords(opened), 21]);
  });

  it('leaves out a message that would make a hole, and knows that something is missing', () => {
    const window = applyLive(opened, sampleMessage(25));
    expect(ords(window)).toEqual(ords(opened));
    expect(hasNewer(window)).toBe(true);
  });

  it('closes a hole with the pages after the last message', () => {
    const window = applyNewerPage(applyLive(opened, sampleMessage(23)), { items: range(21, 23) });
    expect(ords(window)).toEqual(range(11, 23).map(({ ord }) => ord));
    expect(hasNewer(window)).toBe(false);
  });

  it('shows a message once, however often it is told', () => {
    expect(applyLive(opened, sampleMessage(20))).toBe(opened);
  });

  it('takes the copy with the larger rev in either order', () => {
    const newer = sampleMessage(15, { rev: 30, content: 'newer' });
    const replaced = applyLive(opened, newer);
    expect(replaced.items[4]?.content).toBe('newer');
    expect(applyLive(replaced, sampleMessage(15)).items[4]?.content).toBe('newer');
  });

  it('keeps what came in live while the page at the end was under way', () => {
    const live = applyLive(applyLive(emptyWindow, sampleMessage(21)), sampleMessage(22));
    const window = applyLatestPage(live, { items: range(12, 20), previousCursor: '12' });
    expect(ords(window)).toEqual(range(12, 22).map(({ ord }) => ord));
  });

  it('puts an older page in front without repeating the edge', () => {
    const window = applyOlderPage(opened, { items: range(5, 11) });
    expect(ords(window)).toEqual(range(5, 20).map(({ ord }) => ord));
    expect(window.olderCursor).toBeUndefined();
  });

  it('begins an empty conversation with its first message', () => {
    const empty = applyLatestPage(emptyWindow, { items: [] });
    expect(ords(applyLive(empty, sampleMessage(1)))).toEqual([1]);
    expect(ords(applyLive(empty, sampleMessage(2)))).toEqual([]);
  });
});
