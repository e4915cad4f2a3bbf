import type { ChatEvent } from '@parley/protocol';
import { expect, it, vi } from 'vitest';
import { createFakeClock } from '../../testing/fake-clock.js';
import { newConversationId } from '../../testing/seed.js';
import { turn } from '../../testing/turn.js';
import { CommitTeller, type CommitTellerOptions } from './commit-teller.js';

const conversationId = newConversationId();
// Nothing of an event is looked at but its number.
const event = (seq: number) => ({ kind: 'message.created', conversationId, seq }) as ChatEvent;
const events = (...seqs: number[]) => seqs.map(event);

function openTeller(afterCommit: CommitTellerOptions['afterCommit'], maxWaiting?: number) {
  const clock = createFakeClock();
  const [onFailed, onFull, onDropped] = [vi.fn(), vi.fn(), vi.fn()];
  const teller = new CommitTeller({
    afterCommit,
    after: clock.after,
    closeTimeoutMs: 2000,
    onFailed,
    onFull,
    onDropped,
    ...(maxWaiting === undefined ? {} : { maxWaiting }),
  });
  return { teller, clock, onFailed, onFull, onDropped };
}

/** A function that ends its calls when told. */
function slowFunction() {
  const calls: { readonly seqs: number[]; end: () => void }[] = [];
  const afterCommit = (told: readonly ChatEvent[]) =>
    new Promise<void>((end) => calls.push({ seqs: told.map(({ seq }) => seq), end }));
  return { calls, afterCommit };
}

it('the host is told in a later turn, one call at a time, with what came meanwhile', async () => {
  const { calls, afterCommit } = slowFunction();
  const { teller } = openTeller(afterCommit);
  teller.tell(events(1, 2));
  teller.tell(events(3));
  expect(calls).toEqual([]);
  await turn();
  teller.tell(events(4));
  teller.tell(events(5, 6));
  await turn();
  expect(calls.map(({ seqs }) => seqs)).toEqual([[1, 2, 3]]);
  calls[0]?.end();
  await turn();
  expect(calls.map(({ seqs }) => seqs)).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
});

it('its failures are reported, and it is told of what follows', async () => {
  const heard: number[] = [];
  const { teller, onFailed } = openTeller((told) => {
    heard.push(...told.map(({ seq }) => seq));
    throw new Error('the host is broken');
  });
  teller.tell(events(1));
  await turn();
  teller.tell(events(2));
  await turn();
  expect(heard).toEqual([1, 2]);
  expect(onFailed).toHaveBeenCalledTimes(2);
});

it('what is too much for it is dropped and counted, and reported once until it goes on', async () => {
  const { calls, afterCommit } = slowFunction();
  const { teller, onFull, onDropped } = openTeller(afterCommit, 3);
  teller.tell(events(1));
  await turn();
  teller.tell(events(2, 3));
  teller.tell(events(4, 5, 6));
  teller.tell(events(7));
  expect([onFull.mock.calls.length, onDropped.mock.calls]).toEqual([1, [[2], [1]]]);
  calls[0]?.end();
  await turn();
  expect(calls[1]?.seqs).toEqual([2, 3, 4]);
  teller.tell(events(8, 9, 10, 11));
  expect(onFull).toHaveBeenCalledTimes(2);
});

it('closing waits until all was told, but not longer than the function may take', async () => {
  const { calls, afterCommit } = slowFunction();
  const { teller, clock } = openTeller(afterCommit);
  await teller.close();
  teller.tell(events(1));
  let isClosed = false;
  const closing = teller.close().then(() => {
    isClosed = true;
  });
  await turn();
  teller.tell(events(2));
  calls[0]?.end();
  await turn();
  expect([calls.length, isClosed]).toEqual([2, false]);
  clock.advance(2000);
  await closing;
  expect(clock.pending).toBe(0);
});
