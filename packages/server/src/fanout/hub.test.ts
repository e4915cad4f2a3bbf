import { type ConversationId, headsDigest, type UserId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.js';
import { createListener, publicationOf } from '../testing/publications.js';
import { newConversationId, newUserId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import type { RemotePublication, SignalPublication } from './broker.js';
import { Hub } from './hub.js';

describe('hub', () => {
  it('writes a publication to every socket of the conversation, as the same bytes, and to nobody else', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const [one, two] = [connect(hub, { [conversationId]: 0 }), connect(hub, { [conversationId]: 0 })];
    const stranger = connect(hub, { [newConversationId()]: 0 });
    hub.deliver(publicationOf(conversationId, [1, 2]));
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
    hub.deliver(publicationOf(conversationId, [1]));
    hub.deliver(publicationOf(newConversationId(), [1], { joins: [userId] }));
    expect([phone.seqs, laptop.seqs, hub.size]).toEqual([[], [1, 1], 1]);
  });

  it('gives somebody who joins the entry that brought them in, and what follows', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const newcomer = connect(hub, {});
    hub.deliver(publicationOf(conversationId, [4]));
    hub.deliver(publicationOf(conversationId, [5], { joins: [newcomer.subscriber.userId] }));
    hub.deliver(publicationOf(conversationId, [6]));
    expect(newcomer.seqs).toEqual([5, 6]);
  });

  it('gives somebody who leaves the entry that removed them, and nothing later', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const leaver = connect(hub, { [conversationId]: 0 });
    hub.deliver(publicationOf(conversationId, [1], { leaves: [leaver.subscriber.userId] }));
    hub.deliver(publicationOf(conversationId, [2]));
    expect(leaver.seqs).toEqual([1]);
  });

  it('writes what was published while heads were read, from each head on, once, before what comes live', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const recording = hub.record();
    for (const seq of [3, 4, 5]) hub.deliver(publicationOf(conversationId, [seq]));
    const reader = createListener();
    recording.admit(reader.subscriber, new Map([[conversationId, 4]]));
    hub.deliver(publicationOf(conversationId, [6]));
    expect(reader.seqs).toEqual([5, 6]);
  });

  it('gives the part of a recorded publication that lies after the head', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const recording = hub.record();
    hub.deliver(publicationOf(conversationId, [3, 4, 5]));
    const reader = createListener();
    recording.admit(reader.subscriber, new Map([[conversationId, 4]]));
    expect(reader.seqs).toEqual([5]);
  });

  it('keeps what was recorded of other people from a connection', () => {
    const hub = new Hub();
    const recording = hub.record();
    hub.deliver(publicationOf(newConversationId(), [1]));
    const reader = createListener();
    recording.admit(reader.subscriber, new Map());
    expect(reader.seqs).toEqual([]);
  });

  it('brings in and lets go by what was recorded, too', () => {
    const hub = new Hub();
    const [joined, left] = [newConversationId(), newConversationId()];
    const reader = createListener();
    const { userId } = reader.subscriber;
    const recording = hub.record();
    hub.deliver(publicationOf(joined, [8], { joins: [userId] }));
    hub.deliver(publicationOf(left, [3], { leaves: [userId] }));
    hub.deliver(publicationOf(left, [4]));
    recording.admit(reader.subscriber, new Map([[left, 2]]));
    hub.deliver(publicationOf(joined, [9]));
    hub.deliver(publicationOf(left, [5]));
    expect(reader.events).toEqual([`${joined} 8`, `${left} 3`, `${joined} 9`]);
  });

  it('does not bring somebody back in by a join that is older than the head they read', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const reader = createListener();
    const recording = hub.record();
    hub.deliver(publicationOf(conversationId, [2], { joins: [reader.subscriber.userId] }));
    recording.admit(reader.subscriber, new Map([[conversationId, 2]]));
    hub.deliver(publicationOf(conversationId, [3]));
    expect(reader.seqs).toEqual([3]);
  });

  it('forgets a recording that was discarded and a socket that went', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    hub.record().discard();
    const gone = connect(hub, { [conversationId]: 0 });
    hub.disconnect(gone.subscriber);
    hub.disconnect(gone.subscriber);
    hub.deliver(publicationOf(conversationId, [1]));
    expect([hub.size, gone.seqs]).toEqual([0, []]);
  });

  it('tells a newcomer the head when something between could not be recorded', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const old = connect(hub, { [conversationId]: 2 });
    const recording = hub.record();
    hub.deliver(publicationOf(conversationId, [3]));
    const reader = createListener();
    // What was read is older than all that is known here.
    recording.admit(reader.subscriber, new Map([[conversationId, 0]]));
    expect([old.seqs, reader.seqs, reader.heads]).toEqual([[3], [], [[conversationId, 3]]]);
  });

  it('gives a socket whose head is ahead of the others only what follows its head', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const slow = connect(hub, { [conversationId]: 1 });
    const fast = connect(hub, { [conversationId]: 3 });
    for (const seq of [2, 3, 4]) hub.deliver(publicationOf(conversationId, [seq]));
    expect([slow.seqs, fast.seqs]).toEqual([[2, 3, 4], [4]]);
  });

  it('digests how far the conversations of a socket go, and forgets those nobody is in', () => {
    const hub = new Hub();
    const [one, two] = [newConversationId(), newConversationId()];
    const reader = connect(hub, { [one]: 4, [two]: 7 });
    hub.deliver(publicationOf(one, [5]));
    expect(hub.digest(reader.subscriber)).toBe(
      headsDigest([
        [one, 5],
        [two, 7],
      ]),
    );
    hub.deliver(publicationOf(two, [8], { leaves: [reader.subscriber.userId] }));
    expect(hub.digest(reader.subscriber)).toBe(headsDigest([[one, 5]]));
    expect([one, two].map((id) => hub.headOf(reader.subscriber, id))).toEqual([5, undefined]);
  });

  it('closes the sockets of a session that ended, and writes nothing to them any more', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const userId = newUserId();
    const [ended, other] = [
      connect(hub, { [conversationId]: 0 }, userId),
      connect(hub, { [conversationId]: 0 }, userId),
    ];
    hub.revoke(userId, ended.subscriber.sessionId);
    hub.deliver(publicationOf(conversationId, [1]));
    expect([ended.closes, ended.seqs]).toEqual([['session_revoked'], []]);
    expect([other.closes, other.seqs]).toEqual([[], [1]]);
  });
});

describe('what comes from other nodes', () => {
  it('is delivered like what is committed here, and passed by unread where nobody is in the conversation', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const reader = connect(hub, { [conversationId]: 1 });
    hub.receive(remote(conversationId, [2]));
    hub.receive({ ...remote(newConversationId(), [2]), read: unread });
    hub.receive({ ...remote(conversationId, [1, 2]), read: unread });
    expect(reader.seqs).toEqual([2]);
  });

  it('brings somebody in whose conversation nobody followed here', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const newcomer = connect(hub, {});
    const { userId } = newcomer.subscriber;
    hub.receive({ ...remote(conversationId, [7], [userId]), hasJoins: true });
    hub.receive(remote(conversationId, [8]));
    expect(newcomer.seqs).toEqual([7, 8]);
  });

  it('is read from the log when only its header came', async () => {
    const conversationId = newConversationId();
    const asked: number[] = [];
    const hub = new Hub({
      pull: async (_id, after) => {
        asked.push(after);
        return { publications: [publicationOf(conversationId, [2, 3])], to: 3, head: 3 };
      },
      clock: createFakeClock(),
    });
    const reader = connect(hub, { [conversationId]: 1 });
    hub.receive({ ...remote(conversationId, [2, 3]), read: () => undefined });
    await turn();
    expect([reader.seqs, asked]).toEqual([[2, 3], [1]]);
  });

  it('is put in order for a socket whose heads were being read', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const recording = hub.record();
    for (const seq of [3, 2, 4]) hub.receive(remote(conversationId, [seq]));
    const reader = createListener();
    recording.admit(reader.subscriber, new Map([[conversationId, 1]]));
    expect(reader.seqs).toEqual([2, 3, 4]);
  });
});

describe('what was read of people', () => {
  const standing = (conversationId: ConversationId, head: number, isMember: boolean) => [
    { conversationId, head, isMember },
  ];

  it('brings a socket into conversations it misses and out of those that are over, and says so by heads', () => {
    const hub = new Hub();
    const [missed, over] = [newConversationId(), newConversationId()];
    const reader = connect(hub, { [over]: 3 });
    const recording = hub.record();
    hub.deliver(publicationOf(missed, [6]));
    recording.reconcile(reader.subscriber, [...standing(missed, 5, true), ...standing(over, 4, false)]);
    recording.discard();
    hub.deliver(publicationOf(over, [5]));
    hub.deliver(publicationOf(missed, [7]));
    expect(reader.heads).toEqual([
      [missed, 5],
      [over, -1],
    ]);
    expect(reader.events).toEqual([`${missed} 6`, `${missed} 7`]);
  });

  it('yields to what the log said since it was read', () => {
    const hub = new Hub();
    const [joined, left] = [newConversationId(), newConversationId()];
    const reader = connect(hub, { [left]: 3 });
    const { userId } = reader.subscriber;
    const recording = hub.record();
    hub.deliver(publicationOf(joined, [9], { joins: [userId] }));
    hub.deliver(publicationOf(left, [4], { leaves: [userId] }));
    recording.reconcile(reader.subscriber, [...standing(joined, 8, false), ...standing(left, 3, true)]);
    hub.deliver(publicationOf(joined, [10]));
    hub.deliver(publicationOf(left, [5]));
    expect([reader.events, reader.heads]).toEqual([[`${joined} 9`, `${left} 4`, `${joined} 10`], []]);
  });
});

describe('signals', () => {
  const typing = (conversationId: ConversationId | null): SignalPublication['signal'] =>
    // The hub hands signals on without a look into them.
    ({ kind: 'test', conversationId, data: {} }) as unknown as SignalPublication['signal'];

  it('go to the members, to those who have the conversation open, or to people, and never to who is excepted', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const [one, two, stranger] = [
      connect(hub, { [conversationId]: 1 }),
      connect(hub, { [conversationId]: 1 }),
      connect(hub, {}),
    ];
    const count = () => [one, two, stranger].map(({ signals }) => signals.length);
    hub.deliverSignal({ signal: typing(conversationId), to: 'members', except: one.subscriber.userId });
    expect(count()).toEqual([0, 1, 0]);
    hub.setOpen(one.subscriber, [conversationId]);
    hub.setOpen(stranger.subscriber, [conversationId]);
    hub.deliverSignal({ signal: typing(conversationId), to: 'open' });
    expect(count()).toEqual([1, 1, 0]);
    hub.deliverSignal({ signal: typing(null), to: { users: [stranger.subscriber.userId] } });
    expect(count()).toEqual([1, 1, 1]);
    hub.setOpen(one.subscriber, []);
    hub.deliverSignal({ signal: typing(conversationId), to: 'open' });
    expect(count()).toEqual([1, 1, 1]);
  });

  it('of other nodes are read only where somebody is in their conversation', () => {
    const hub = new Hub();
    const conversationId = newConversationId();
    const reader = connect(hub, { [conversationId]: 1 });
    hub.receiveSignal({ conversationId: newConversationId(), read: unread });
    hub.receiveSignal({ conversationId, read: () => ({ signal: typing(conversationId), to: 'members' }) });
    expect(reader.signals).toEqual([{ type: 'signal', signal: typing(conversationId) }]);
  });
});

function unread(): never {
  throw new Error('its body was read');
}

function remote(
  conversationId: ConversationId,
  seqs: readonly number[],
  joins: readonly UserId[] = [],
): RemotePublication {
  const publication = publicationOf(conversationId, seqs, { joins });
  const [from = 0] = seqs;
  return { conversationId, from, to: seqs.at(-1) ?? 0, hasJoins: false, read: () => publication };
}

function connect(hub: Hub, heads: Readonly<Record<string, number>>, userId: UserId = newUserId()) {
  const heard = createListener(userId);
  // The keys are ids the test made.
  hub.record().admit(heard.subscriber, new Map(Object.entries(heads) as [ConversationId, number][]));
  return heard;
}
