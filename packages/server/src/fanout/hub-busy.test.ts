import { type ConversationId, type HeadFrame, headsDigest, type UserId } from '@parley/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.js';
import { createListener, messageEvent, publicationOf } from '../testing/publications.js';
import { readFrames } from '../testing/read-frames.js';
import { newConversationId, newUserId } from '../testing/seed.js';
import type { Publication } from './broker.js';
import { Hub } from './hub.js';

type Listener = ReturnType<typeof createListener>;

/** A conversation with one who has it open and one who has not, made busy by the entries 1 to 60 at once. */
function setUp() {
  const clock = createFakeClock();
  const hub = new Hub({ clock });
  const conversationId = newConversationId();
  const enter = (userId?: UserId): Listener => {
    const listener = createListener(userId);
    hub.record().admit(listener.subscriber, new Map([[conversationId, 0]]));
    return listener;
  };
  const [viewer, other] = [enter(), enter()];
  hub.setOpen(viewer.subscriber, [conversationId]);
  let head = 0;
  const publish = (count = 1, people: Pick<Publication, 'joins' | 'leaves'> = {}): void => {
    const seqs = Array.from({ length: count }, (_, index) => head + 1 + index);
    head += count;
    hub.deliver(publicationOf(conversationId, seqs, people));
  };
  publish(60);
  return { clock, hub, conversationId, enter, viewer, other, publish };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const headFrames = ({ writes }: Listener) =>
  writes.flatMap(readFrames).filter((frame): frame is HeadFrame => frame.type === 'head');

describe('a busy conversation', () => {
  it('gives events to those who have it open and one head a second, as the same bytes, to the others', () => {
    const { clock, enter, viewer, other, publish } = setUp();
    const third = enter();
    clock.advance(999);
    publish(2);
    expect([other.busyHeads, third.busyHeads]).toEqual([[], []]);
    clock.advance(1);
    publish();
    clock.advance(1000);
    expect(viewer.seqs).toEqual(range(1, 63));
    expect([other.seqs, other.busyHeads, third.busyHeads]).toEqual([[], [62, 63], [62, 63]]);
    expect(other.writes.at(-1)).toBe(third.writes.at(-1));
  });

  it('says nothing while nothing happens', () => {
    const { clock, other } = setUp();
    clock.advance(5000);
    expect(other.busyHeads).toEqual([60]);
  });

  it('is one by its sockets alone', () => {
    const clock = createFakeClock();
    const hub = new Hub({ clock });
    const conversationId = newConversationId();
    const sockets = range(1, 201).map(() => createListener());
    for (const { subscriber } of sockets) hub.record().admit(subscriber, new Map([[conversationId, 0]]));
    const [first, second] = sockets;
    if (first !== undefined) hub.setOpen(first.subscriber, [conversationId]);
    hub.deliver(publicationOf(conversationId, [1]));
    clock.advance(1000);
    expect([first?.seqs, second?.seqs, second?.busyHeads]).toEqual([[1], [], [1]]);
  });

  it('tells whoever opens it what they are owed, then gives events, and ends that when they close it', () => {
    const { clock, hub, conversationId, other, publish } = setUp();
    clock.advance(1000);
    publish(3);
    hub.setOpen(other.subscriber, [conversationId]);
    publish();
    clock.advance(1000);
    expect([other.busyHeads, other.seqs]).toEqual([[60, 63], [64]]);
    hub.setOpen(other.subscriber, []);
    publish();
    clock.advance(1000);
    expect([other.busyHeads, other.seqs]).toEqual([[60, 63, 65], [64]]);
  });

  it('gives whoever is brought in that event, and heads from there on', () => {
    const { clock, hub, publish } = setUp();
    const newcomer = createListener();
    hub.record().admit(newcomer.subscriber, new Map());
    publish(1, { joins: [newcomer.subscriber.userId] });
    publish();
    clock.advance(1000);
    expect([newcomer.seqs, newcomer.busyHeads]).toEqual([[61], [62]]);
  });

  it('tells whoever is removed at once: by the event where they have it open, by their head where not', () => {
    const { clock, hub, conversationId, viewer, other, publish } = setUp();
    publish(1, { leaves: [viewer.subscriber.userId, other.subscriber.userId] });
    publish();
    clock.advance(5000);
    expect([viewer.seqs.at(-1), viewer.heads]).toEqual([61, []]);
    expect([other.seqs, other.busyHeads, other.heads]).toEqual([[], [], [[conversationId, -1]]]);
    expect(hub.headOf(other.subscriber, conversationId)).toBeUndefined();
  });

  it('is ordinary again when little happens; what is owed is told before the first event', () => {
    const { clock, other, publish } = setUp();
    clock.advance(9000);
    publish(2);
    clock.advance(3000);
    publish();
    expect(other.writes.flatMap(readFrames).map((frame) => frame.type)).toEqual(['head', 'head', 'event']);
    expect([other.busyHeads, other.seqs]).toEqual([[60, 62], [63]]);
  });

  it('leaves the digest out for those who are owed a head, and counts it once they were told', () => {
    const { clock, hub, conversationId, viewer, other } = setUp();
    expect([hub.owesHead(viewer.subscriber), hub.owesHead(other.subscriber)]).toEqual([false, true]);
    clock.advance(1000);
    expect(hub.owesHead(other.subscriber)).toBe(false);
    expect(hub.digest(other.subscriber)).toBe(headsDigest([[conversationId, 60]]));
  });

  it('keeps no timer once it is ordinary, is left by everybody, or the hub is closed', () => {
    const calm = setUp();
    calm.clock.advance(20_000);
    const left = setUp();
    for (const { subscriber } of [left.viewer, left.other]) left.hub.disconnect(subscriber);
    const closed = setUp();
    closed.hub.close();
    expect([calm, left, closed].map(({ clock }) => clock.pending)).toEqual([0, 0, 0]);
  });
});

describe('the head of a busy conversation', () => {
  it('has the latest message and its ord, replies in threads apart, and nothing twice', () => {
    const { clock, hub, conversationId, other } = setUp();
    clock.advance(1000);
    const reply = messageEvent(conversationId, 61);
    const root = messageEvent(conversationId, 1);
    if (reply.kind !== 'message.created' || root.kind !== 'message.created') throw new Error('another kind');
    const data = { ...reply.data, threadId: root.data.id, ord: 1 };
    hub.deliver({ conversationId, events: [{ ...reply, data }] });
    clock.advance(1000);
    expect(headFrames(other)).toMatchObject([
      { seq: 60, ord: 60, lastMessage: { seq: 60, ord: 60 }, deletedOrds: [] },
      { seq: 61, ord: 60, lastMessage: null, deletedOrds: [] },
    ]);
  });

  it('has the ords of what was deleted, and the latest message as it was left', () => {
    const { clock, hub, conversationId, other } = setUp();
    clock.advance(1000);
    const deleted = (seq: number, ord: number): Publication => {
      const event = messageEvent(conversationId, ord);
      if (event.kind !== 'message.created') throw new Error('another kind');
      const data = { ...event.data, content: '', rev: seq, deletedAt: event.at };
      return { conversationId, events: [{ ...event, kind: 'message.deleted', seq, data }] };
    };
    hub.deliver(deleted(61, 7));
    hub.deliver(deleted(62, 60));
    clock.advance(1000);
    hub.deliver(deleted(63, 8));
    clock.advance(1000);
    expect(headFrames(other).slice(1)).toMatchObject([
      { seq: 62, ord: 60, deletedOrds: [7, 60], lastMessage: { seq: 60, rev: 62, content: '' } },
      { seq: 63, ord: 60, deletedOrds: [8], lastMessage: null },
    ]);
  });
});

type Step =
  | { readonly do: 'publish'; readonly count: number }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'open' | 'close' | 'reconnect' };

it('whatever is open when: a reader that fetches holes where it looks ends with what somebody has who had it open all the time', () => {
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant('publish'), count: fc.integer({ min: 1, max: 30 }) }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.integer({ min: 1, max: 6000 }) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('open', 'close', 'reconnect') }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const world = openWorld();
      for (const one of steps) world.take(one);
      expect(world.always.seqs).toEqual(range(1, world.head()));
      world.take({ do: 'pass', ms: 1000 });
      expect(world.reader.known()).toBe(world.head());
      world.take({ do: 'open' });
      world.take({ do: 'publish', count: 1 });
      expect(world.reader.cursor()).toBe(world.head());
    }),
    { numRuns: 300 },
  );
});

/** One who has the conversation open all the time, and one who opens it now and then and comes back from time to time. */
function openWorld() {
  const clock = createFakeClock();
  const hub = new Hub({ clock });
  const conversationId = newConversationId();
  const always = createListener();
  hub.record().admit(always.subscriber, new Map([[conversationId, 0]]));
  hub.setOpen(always.subscriber, [conversationId]);
  const reader = createReader(hub, conversationId);
  let head = 0;
  reader.connect(0);
  const take = (step: Step): void => {
    if (step.do === 'pass') clock.advance(step.ms);
    else if (step.do === 'reconnect') reader.connect(head);
    else if (step.do === 'publish') {
      const seqs = range(head + 1, head + step.count);
      head += step.count;
      hub.deliver(publicationOf(conversationId, seqs));
    } else reader.setOpen(step.do === 'open');
    reader.read();
  };
  return { always, reader, take, head: () => head };
}

/** The rule of a client: seqs follow each other, what is ahead is a hole, and a hole is fetched where somebody looks or an event shows it. */
function createReader(hub: Hub, conversationId: ConversationId) {
  const userId = newUserId();
  let listener: Listener | undefined;
  let isOpen = false;
  let cursor = 0;
  let known = 0;
  let taken = 0;
  return {
    cursor: () => cursor,
    known: () => known,
    connect: (head: number) => {
      if (listener !== undefined) hub.disconnect(listener.subscriber);
      listener = createListener(userId);
      taken = 0;
      known = head;
      cursor = head;
      hub.record().admit(listener.subscriber, new Map([[conversationId, head]]));
      hub.setOpen(listener.subscriber, isOpen ? [conversationId] : []);
    },
    setOpen: (isToBe: boolean) => {
      isOpen = isToBe;
      if (listener !== undefined) hub.setOpen(listener.subscriber, isOpen ? [conversationId] : []);
      if (isOpen) cursor = known;
    },
    /** Takes what was written since. Events never go back, and what is below the cursor is never needed. */
    read: () => {
      for (const frame of listener?.writes.slice(taken).flatMap(readFrames) ?? []) {
        if (frame.type !== 'event' && frame.type !== 'head') continue;
        const seq = frame.type === 'event' ? frame.event.seq : frame.seq;
        if (frame.type === 'event') expect(seq).toBe(known + 1);
        known = Math.max(known, seq);
        if (isOpen || frame.type === 'event') cursor = known;
      }
      taken = listener?.writes.length ?? 0;
    },
  };
}
