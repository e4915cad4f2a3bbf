import { describe, expect, it } from 'vitest';
import { checkHistory } from './check-history.js';
import type { Entry, History, MessageCopy, Observation, Send } from './history.js';

/** Ana sends a1 and a2, Ben b1, in a conversation whose first entry is its creation; Cem sees it all. */
const at = (seq: number) => `2026-11-21T09:00:00.00000${seq}Z`;
const message = (id: string, seq: number): MessageCopy => ({
  id,
  senderId: id.startsWith('a') ? 'ana' : 'ben',
  content: `words of ${id}`,
  at: at(seq),
});
const entry = (seq: number, id?: string): Entry => ({
  conversationId: 'c',
  seq,
  ...(id === undefined ? {} : { message: message(id, seq) }),
});
const send = (id: string, seq?: number): Send => ({
  lane: id.startsWith('a') ? 'ana' : 'ben',
  senderId: id.startsWith('a') ? 'ana' : 'ben',
  conversationId: 'c',
  id,
  content: `words of ${id}`,
  answers: seq === undefined ? [] : [{ seq, at: at(seq) }],
});
const seen = (entries: readonly Entry[], covers: Observation['covers'] = 'entries'): Observation => ({
  observer: 'cem',
  conversationId: 'c',
  seen: entries.map(({ seq, message: copy }) => ({ seq, message: copy })),
  covers,
});

const log = [entry(1), entry(2, 'a1'), entry(3, 'b1'), entry(4, 'a2')];
const sends = [send('a1', 2), send('b1', 3), send('a2', 4)];
const good: History = { sends, log, observations: [seen(log), seen(log.slice(1), 'messages')] };

describe('the history checker', () => {
  it('approves a history in which every promise was kept', () => {
    expect(checkHistory(good)).toEqual([]);
  });

  it('approves an empty history', () => {
    expect(checkHistory({ sends: [], log: [], observations: [] })).toEqual([]);
  });

  it('approves a send with unknown outcome, whether it landed or not', () => {
    const landed = [...log, entry(5, 'a3')];
    expect(checkHistory({ ...good, sends: [...sends, send('a3'), send('b9')], log: landed })).toEqual([]);
  });

  it('approves a send with unknown outcome that landed after later ones of its lane', () => {
    const late = [send('a1', 2), send('b1', 3), send('a0'), send('a2', 4)];
    expect(checkHistory({ ...good, sends: late, log: [...log, entry(5, 'a0')] })).toEqual([]);
  });

  it('approves the same answer given twice', () => {
    const [first, ...rest] = sends;
    const twice = { ...send('a1', 2), answers: [...(first?.answers ?? []), ...(first?.answers ?? [])] };
    expect(checkHistory({ ...good, sends: [twice, ...rest] })).toEqual([]);
  });

  it('finds an acknowledged message that is not in the log', () => {
    const lost = [entry(1), entry(2, 'a1'), entry(3), entry(4, 'a2')];
    expect(checkHistory({ sends, log: lost, observations: [seen(lost)] })).toEqual([
      { kind: 'missing', conversationId: 'c', id: 'b1' },
    ]);
  });

  it('finds an id that is in the log twice', () => {
    const twice = [...log, { ...entry(5), message: message('a2', 5) }];
    expect(checkHistory({ ...good, log: twice })).toEqual([
      { kind: 'doubled', conversationId: 'c', id: 'a2', seqs: [4, 5] },
    ]);
  });

  it('finds a hole in the seqs', () => {
    const holed = [entry(1), entry(2, 'a1'), entry(4, 'b1')];
    expect(checkHistory({ sends: [send('a1', 2), send('b1', 4)], log: holed, observations: [] })).toEqual([
      { kind: 'hole', conversationId: 'c', expected: 3, found: 4 },
    ]);
  });

  it('finds a log that does not begin with 1', () => {
    expect(checkHistory({ sends: [send('a1', 2)], log: [entry(2, 'a1')], observations: [] })).toEqual([
      { kind: 'hole', conversationId: 'c', expected: 1, found: 2 },
    ]);
  });

  it('finds a seq given to two messages', () => {
    const shared = [entry(1), entry(2, 'a1'), entry(2, 'b1')];
    expect(checkHistory({ sends: [send('a1', 2), send('b1', 2)], log: shared, observations: [] })).toEqual([
      { kind: 'hole', conversationId: 'c', expected: 3, found: 2 },
    ]);
  });

  it('finds a later message of a lane before an earlier one', () => {
    expect(checkHistory({ ...good, sends: [send('a2', 4), send('b1', 3), send('a1', 2)] })).toEqual([
      { kind: 'reordered', conversationId: 'c', lane: 'ana', ids: ['a2', 'a1'] },
    ]);
  });

  it('finds content in the log that is not what was sent', () => {
    const said = sends.map((each) => (each.id === 'b1' ? { ...each, content: 'other words' } : each));
    expect(checkHistory({ ...good, sends: said })).toEqual([
      { kind: 'altered', conversationId: 'c', id: 'b1', where: 'log' },
    ]);
  });

  it('finds content that an observer saw differently', () => {
    const other = seen(
      log.map((each) =>
        each.seq === 3 ? { ...each, message: { ...message('b1', 3), content: '?' } } : each,
      ),
    );
    expect(checkHistory({ ...good, observations: [other] })).toEqual([
      { kind: 'altered', conversationId: 'c', id: 'b1', where: 'cem' },
    ]);
  });

  it('finds a message that nobody sent', () => {
    expect(checkHistory({ ...good, log: [...log, entry(5, 'b2')] })).toEqual([
      { kind: 'unsent', conversationId: 'c', id: 'b2' },
    ]);
  });

  it('finds a message that stands under the name of somebody else', () => {
    const forged = sends.map((each) => (each.id === 'b1' ? { ...each, senderId: 'ana' } : each));
    expect(checkHistory({ ...good, sends: forged })).toEqual([
      { kind: 'unsent', conversationId: 'c', id: 'b1' },
    ]);
  });

  it('finds an acknowledgement with another seq than the log', () => {
    const wrong = [send('a1', 2), send('b1', 2), send('a2', 4)];
    expect(checkHistory({ ...good, sends: wrong })).toEqual([
      { kind: 'ack-differs', conversationId: 'c', id: 'b1', answer: { seq: 2, at: at(2) } },
    ]);
  });

  it('finds a repeat that was answered with another time than the log', () => {
    const answers = [
      { seq: 3, at: at(3) },
      { seq: 3, at: at(9) },
    ];
    const wrong = sends.map((each) => (each.id === 'b1' ? { ...each, answers } : each));
    expect(checkHistory({ ...good, sends: wrong })).toEqual([
      { kind: 'ack-differs', conversationId: 'c', id: 'b1', answer: { seq: 3, at: at(9) } },
    ]);
  });

  it('finds an observer who saw another order', () => {
    const [first, second, third, fourth] = log as [Entry, Entry, Entry, Entry];
    const other = seen([first, third, second, fourth], 'nothing');
    expect(checkHistory({ ...good, observations: [other] })).toEqual([
      { kind: 'seen-out-of-order', conversationId: 'c', observer: 'cem', seq: 2 },
    ]);
  });

  it('finds an observer who saw something twice', () => {
    const twice = seen([...log, entry(4, 'a2')]);
    expect(checkHistory({ ...good, observations: [twice] })).toEqual([
      { kind: 'seen-out-of-order', conversationId: 'c', observer: 'cem', seq: 4 },
    ]);
  });

  it('finds an observer who saw a message at another place, or one that was lost again', () => {
    expect(checkHistory({ ...good, observations: [seen([entry(1), entry(2, 'b1')])] })).toEqual([
      { kind: 'seen-differs', conversationId: 'c', observer: 'cem', seq: 2 },
    ]);
    expect(checkHistory({ ...good, observations: [seen([...log, entry(5, 'b2')])] })).toEqual([
      { kind: 'seen-differs', conversationId: 'c', observer: 'cem', seq: 5 },
    ]);
  });

  it('finds an observer who missed a message, or another entry, in the middle', () => {
    const hole = { kind: 'seen-hole', conversationId: 'c', observer: 'cem' };
    const page = seen([entry(2, 'a1'), entry(4, 'a2')], 'messages');
    expect(checkHistory({ ...good, observations: [page] })).toEqual([{ ...hole, after: 2, seq: 4 }]);
    const longer = [...log, entry(5), entry(6, 'b2')];
    const history = { sends: [...sends, send('b2', 6)], log: longer };
    const skipping = [entry(4, 'a2'), entry(6, 'b2')];
    expect(checkHistory({ ...history, observations: [seen(skipping, 'messages')] })).toEqual([]);
    expect(checkHistory({ ...history, observations: [seen(skipping)] })).toEqual([
      { ...hole, after: 4, seq: 6 },
    ]);
  });

  it('judges a hundred thousand messages in the time of a test', () => {
    const seqs = Array.from({ length: 100_000 }, (_, index) => index + 1);
    const long = seqs.map((seq) => ({ ...entry(seq), message: { ...message(`a${seq}`, 1), at: at(1) } }));
    const sent = seqs.map((seq) => ({ ...send(`a${seq}`), answers: [{ seq, at: at(1) }] }));
    expect(checkHistory({ sends: sent, log: long, observations: [seen(long)] })).toEqual([]);
  }, 30_000);
});
