import type { ChatEvent, ConversationId, UserId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { readFrames } from '../testing/read-frames.js';
import { newConversationId, newUserId } from '../testing/seed.js';
import type { Publication } from './broker.js';
import { Hub, type Subscriber } from './hub.js';

describe('hub', () => {
  it('writes a publication to every socket of the conversation, as the same bytes, and to nobody else', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const [one, two] = [connect(hub, { [conversationId]: 0 }), connect(hub, { [conversationId]: 0 })];
    const stranger = connect(hub, { [newConversationId()]: 0 });
    expect(hub.deliver(publish(conversationId, [1, 2]))).toBe(2);
    expect([one.seqs, two.seqs, stranger.seqs]).toEqual([[1, 2], [1, 2], []]);
    expect(one.writes[0]).toBe(two.writes[0]);
  });

  it('writes to both sockets of one person, and to the other after one has gone', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const userId = newUserId();
    const [phone, laptop] = [
      connect(hub, { [conversationId]: 0 }, userId),
      connect(hub, { [conversationId]: 0 }, userId),
    ];
    hub.disconnect(phone.subscriber);
    expect(hub.deliver(publish(conversationId, [1]))).toBe(1);
    expect(hub.deliver(publish(newConversationId(), [1], { joins: [userId] }))).toBe(1);
    expect([phone.seqs, laptop.seqs, hub.size]).toEqual([[], [1, 1], 1]);
  });

  it('gives somebody who joins the entry that brought them in, and what follows', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const newcomer = connect(hub, {});
    hub.deliver(publish(conversationId, [4]));
    hub.deliver(publish(conversationId, [5], { joins: [newcomer.subscriber.userId] }));
    hub.deliver(publish(conversationId, [6]));
    expect(newcomer.seqs).toEqual([5, 6]);
  });

  it('gives somebody who leaves the entry that removed them, and nothing later', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const leaver = connect(hub, { [conversationId]: 0 });
    hub.deliver(publish(conversationId, [1], { leaves: [leaver.subscriber.userId] }));
    expect(hub.deliver(publish(conversationId, [2]))).toBe(0);
    expect(leaver.seqs).toEqual([1]);
  });

  it('writes what was published while heads were read, from each head on, once, before what comes live', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const recording = hub.record();
    for (const seq of [3, 4, 5]) hub.deliver(publish(conversationId, [seq]));
    const reader = listener();
    recording.admit(reader.subscriber, new Map([[conversationId, 4]]));
    hub.deliver(publish(conversationId, [6]));
    expect(reader.seqs).toEqual([5, 6]);
  });

  it('gives a recorded publication whole when the head lies inside it: what is known is for the cursor to drop', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const recording = hub.record();
    hub.deliver(publish(conversationId, [3, 4, 5]));
    const reader = listener();
    recording.admit(reader.subscriber, new Map([[conversationId, 4]]));
    expect(reader.seqs).toEqual([3, 4, 5]);
  });

  it('keeps what was recorded of other people from a connection', () => {
    const hub = new Hub();
    const recording = hub.record();
    hub.deliver(publish(newConversationId(), [1]));
    const reader = listener();
    recording.admit(reader.subscriber, new Map());
    expect(reader.seqs).toEqual([]);
  });

  it('brings in and lets go by what was recorded, too', () => {
    const hub = new Hub();
    const [joined, left] = [newConversationId(), newConversationId()];
    const reader = listener();
    const { userId } = reader.subscriber;
    const recording = hub.record();
    hub.deliver(publish(joined, [8], { joins: [userId] }));
    hub.deliver(publish(left, [3], { leaves: [userId] }));
    hub.deliver(publish(left, [4]));
    recording.admit(reader.subscriber, new Map([[left, 2]]));
    hub.deliver(publish(joined, [9]));
    hub.deliver(publish(left, [5]));
    expect(reader.events).toEqual([`${joined} 8`, `${left} 3`, `${joined} 9`]);
  });

  it('does not bring somebody back in by a join that is older than the head they read', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const reader = listener();
    const recording = hub.record();
    hub.deliver(publish(conversationId, [2], { joins: [reader.subscriber.userId] }));
    recording.admit(reader.subscriber, new Map([[conversationId, 2]]));
    hub.deliver(publish(conversationId, [3]));
    expect(reader.seqs).toEqual([3]);
  });

  it('forgets a recording that was discarded and a socket that went', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    hub.record().discard();
    const gone = connect(hub, { [conversationId]: 0 });
    hub.disconnect(gone.subscriber);
    hub.disconnect(gone.subscriber);
    expect([hub.deliver(publish(conversationId, [1])), hub.size, gone.seqs]).toEqual([0, 0, []]);
  });
});

function connect(hub: Hub, heads: Readonly<Record<string, number>>, userId: UserId = newUserId()) {
  const heard = listener(userId);
  // The keys are ids the test made.
  hub.record().admit(heard.subscriber, new Map(Object.entries(heads) as [ConversationId, number][]));
  return heard;
}

/** A socket that keeps what was written to it. */
function listener(userId: UserId = newUserId()) {
  const writes: Buffer[] = [];
  const subscriber: Subscriber = { userId, write: (frames) => void writes.push(frames) };
  const events = () =>
    writes.flatMap(readFrames).flatMap((frame) => (frame.type === 'event' ? [frame.event] : []));
  return {
    subscriber,
    writes,
    get seqs() {
      return events().map((event) => event.seq);
    },
    get events() {
      return events().map((event) => `${event.conversationId} ${event.seq}`);
    },
  };
}

function publish(
  conversationId: ConversationId,
  seqs: readonly number[],
  people: Pick<Publication, 'joins' | 'leaves'> = {},
): Publication {
  const events = seqs.map(
    (seq): ChatEvent => ({
      kind: 'members.removed',
      conversationId,
      seq,
      at: '2026-01-01T00:00:00.000000Z',
      actorId: null,
      data: { userIds: [] },
    }),
  );
  return { conversationId, events, ...people };
}
