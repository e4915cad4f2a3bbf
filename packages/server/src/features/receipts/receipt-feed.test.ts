import { describe, expect, it } from 'vitest';
import type { SignalPublication } from '../../fanout/broker.js';
import { createFakeClock } from '../../testing/fake-clock.js';
import { newConversationId, newUserId } from '../../testing/seed.js';
import type { Marked, MarkedConversation } from './mark.js';
import { ReceiptFeed } from './receipt-feed.js';

const ann = newUserId();
const bob = newUserId();
const cid = newUserId();
const conversationId = newConversationId();

describe('ReceiptFeed', () => {
  it('tells the first receipt at once and the following ones together, one frame a second', () => {
    const { feed, clock, open } = setUp();
    feed.note([moved({ userId: bob, readSeq: 1 })]);
    expect(open()).toEqual([[[bob, 1]]]);
    feed.note([moved({ userId: bob, readSeq: 2 }), moved({ userId: cid, readSeq: 1 })]);
    feed.note([moved({ userId: bob, readSeq: 3 })]);
    clock.advance(999);
    expect(open()).toHaveLength(1);
    clock.advance(1);
    expect(open()).toEqual([
      [[bob, 1]],
      [
        [bob, 3],
        [cid, 1],
      ],
    ]);
    clock.advance(1000);
    expect(open()).toHaveLength(2);
    expect(clock.pending).toBe(0);
  });

  it('puts what one write moved into one frame', () => {
    const { feed, open } = setUp();
    feed.note([moved({ userId: bob, readSeq: 1 }), moved({ userId: cid, readSeq: 1 })]);
    expect(open()).toHaveLength(1);
  });

  it('tells the sender of the latest message who has reached it, and not about themselves', () => {
    const { feed, signals } = setUp();
    const latest = { lastMessageSeq: 5, lastSenderId: ann };
    feed.note([
      moved({ userId: ann, readSeq: 5 }, latest),
      moved({ userId: bob, readSeq: 4 }, latest),
      moved({ userId: cid, readSeq: 5 }, latest),
    ]);
    expect(signals.filter(({ to }) => to !== 'open')).toEqual([
      {
        signal: {
          kind: 'receipts.moved',
          conversationId,
          data: { items: [{ userId: cid, readSeq: 5, deliveredSeq: 5 }] },
        },
        to: { users: [ann] },
      },
    ]);
  });

  it('tells nobody in a conversation of more than 100 members, and nothing that did not move', () => {
    const { feed, clock, signals } = setUp();
    feed.note([moved({ userId: bob, readSeq: 1 }, { memberCount: 101 })]);
    feed.note([{ ...moved({ userId: bob, readSeq: 1 }), hasReceiptMoved: false }]);
    expect(signals).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind when it closes', () => {
    const { feed, clock } = setUp();
    feed.note([moved({ userId: bob, readSeq: 1 })]);
    feed.close();
    expect(clock.pending).toBe(0);
  });

  it('who hides is in no frame and gets none, in the window that runs too', () => {
    const { feed, clock, signals } = setUp();
    const conversation = { lastMessageSeq: 5, lastSenderId: ann, hiderIds: [ann] };
    feed.note([
      moved({ userId: ann, readSeq: 5 }, conversation),
      moved({ userId: bob, readSeq: 5 }, conversation),
    ]);
    feed.note([moved({ userId: ann, readSeq: 6 }, conversation)]);
    clock.advance(1000);
    expect(signals).toEqual([
      {
        signal: {
          kind: 'receipts.moved',
          conversationId,
          data: { items: [{ userId: bob, readSeq: 5, deliveredSeq: 5 }] },
        },
        to: 'open',
        except: [ann],
      },
    ]);
  });
});

function setUp() {
  const clock = createFakeClock();
  const signals: SignalPublication[] = [];
  const feed = new ReceiptFeed({ clock, signal: (publication) => signals.push(publication) });
  const open = () =>
    signals.flatMap(({ signal, to }) =>
      signal.kind === 'receipts.moved' && to === 'open'
        ? [signal.data.items.map(({ userId, readSeq }) => [userId, readSeq])]
        : [],
    );
  return { feed, clock, signals, open };
}

function moved(
  { userId, readSeq }: { readonly userId: typeof ann; readonly readSeq: number },
  conversation: Partial<MarkedConversation> = {},
): Marked {
  return {
    mark: {
      tenantId: null,
      conversationId,
      userId,
      threadId: null,
      readSeq,
      deliveredSeq: 0,
      unreadFrom: 'keep',
      sentOrd: null,
    },
    readSeq,
    deliveredSeq: readSeq,
    unreadCount: 0,
    unreadFromSeq: null,
    hasOwnMoved: true,
    hasReceiptMoved: true,
    conversation: { memberCount: 3, lastMessageSeq: 0, lastSenderId: null, hiderIds: [], ...conversation },
  };
}
