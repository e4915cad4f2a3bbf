import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unread } from './unread.js';

type Step =
  | { readonly type: 'send' }
  | { readonly type: 'reply' }
  | { readonly type: 'delete' | 'read' | 'readThread'; readonly at: number }
  | { readonly type: 'drop'; readonly share: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ type: 'send' }) },
  { weight: 3, arbitrary: fc.constant<Step>({ type: 'reply' }) },
  fc.record({
    type: fc.constantFrom('delete' as const, 'read' as const, 'readThread' as const),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  fc.record({ type: fc.constant('drop' as const), share: fc.double({ min: 0, max: 0.5, noNaN: true }) }),
);

interface Placed {
  readonly scope: 'main' | 'thread';
  readonly seq: number;
  readonly ord: number;
  isRead: boolean;
  isDeleted: boolean;
  isDropped: boolean;
}

describe('unread', () => {
  it('is what is left when everything read, deleted and dropped is crossed out one by one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { messages, readOrd, floorOrd } = play(steps);
        for (const scope of ['main', 'thread'] as const) {
          const ofScope = messages.filter((message) => message.scope === scope);
          const above = Math.max(readOrd[scope], floorOrd[scope]);
          expect(
            unread({
              lastOrd: ofScope.length,
              readOrd: readOrd[scope],
              floorOrd: floorOrd[scope],
              deletedAfter: ofScope.filter(({ isDeleted, ord }) => isDeleted && ord > above).length,
            }),
          ).toBe(
            ofScope.filter((message) => !message.isRead && !message.isDeleted && !message.isDropped).length,
          );
        }
      }),
    );
  });
});

/** A history, with the counters a server keeps beside it and the crosses of somebody who keeps none. */
function play(steps: readonly Step[]) {
  const messages: Placed[] = [];
  const readOrd = { main: 0, thread: 0 };
  const floorOrd = { main: 0, thread: 0 };
  const add = (scope: 'main' | 'thread') => {
    const ord = messages.filter((message) => message.scope === scope).length + 1;
    const seq = messages.length + 1;
    messages.push({ scope, seq, ord, isRead: false, isDeleted: false, isDropped: false });
  };
  const read = (scope: 'main' | 'thread', seq: number) => {
    for (const message of messages)
      if (message.scope === scope && message.seq <= seq) {
        message.isRead = true;
        readOrd[scope] = Math.max(readOrd[scope], message.ord);
      }
  };
  for (const one of steps) {
    if (one.type === 'send') add('main');
    else if (one.type === 'reply') add('thread');
    else if (one.type === 'drop')
      for (const message of messages.slice(0, Math.floor(messages.length * one.share))) {
        message.isDropped = true;
        floorOrd[message.scope] = Math.max(floorOrd[message.scope], message.ord);
      }
    else {
      const index = Math.floor(one.at * messages.length);
      const target = messages[index];
      if (one.type === 'delete' && target !== undefined) target.isDeleted = true;
      if (one.type === 'read') read('main', index);
      if (one.type === 'readThread') read('thread', index);
    }
  }
  return { messages, readOrd, floorOrd };
}
