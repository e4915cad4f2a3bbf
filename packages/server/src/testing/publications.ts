import type { ChatEvent, ConversationId, SessionId, UserId } from '@parley/protocol';
import type { Publication } from '../fanout/broker.js';
import type { Subscriber } from '../fanout/subscriber.js';
import { readFrames } from './read-frames.js';
import { newMessageId, newUserId } from './seed.js';

/** A message somebody sent, as an event. */
export function messageEvent(conversationId: ConversationId, seq: number): ChatEvent {
  const senderId = newUserId();
  const at = '2026-01-01T00:00:00.000000Z';
  return {
    kind: 'message.created',
    conversationId,
    seq,
    at,
    actorId: senderId,
    data: {
      id: newMessageId(),
      conversationId,
      seq,
      rev: seq,
      ord: seq,
      threadId: null,
      replyToId: null,
      senderId,
      type: 'text',
      content: `message ${seq}`,
      metadata: null,
      reactions: [],
      at,
      editedAt: null,
      deletedAt: null,
    },
  };
}

/** Messages with these seqs, as one commit made them; who comes and goes with them is the test's word. */
export function publicationOf(
  conversationId: ConversationId,
  seqs: readonly number[],
  people: Pick<Publication, 'joins' | 'leaves'> = {},
): Publication {
  return { conversationId, events: seqs.map((seq) => messageEvent(conversationId, seq)), ...people };
}

/** A socket that keeps what was written to it. */
export function createListener(userId: UserId = newUserId()) {
  const writes: Buffer[] = [];
  const heads: (readonly [ConversationId, number])[] = [];
  const signals: Buffer[] = [];
  const closes: string[] = [];
  const ownHeads: number[] = [];
  const subscriber: Subscriber = {
    userId,
    // Any UUID names a session.
    sessionId: newMessageId() as string as SessionId,
    writeEvents: (_conversationId, frames) => void writes.push(frames),
    writeSignal: (frames) => void signals.push(frames),
    writeHeads: (told) => void heads.push(...told),
    writeOwnHead: (seq) => void ownHeads.push(seq),
    close: (name) => void closes.push(name),
  };
  const events = () =>
    writes.flatMap(readFrames).flatMap((frame) => (frame.type === 'event' ? [frame.event] : []));
  return {
    subscriber,
    writes,
    heads,
    closes,
    /** How far the log of the person goes, as it was said. */
    ownHeads,
    get signals() {
      return signals.flatMap(readFrames);
    },
    /** Seqs of the head frames of busy conversations. */
    get busyHeads() {
      return writes.flatMap(readFrames).flatMap((frame) => (frame.type === 'head' ? [frame.seq] : []));
    },
    get seqs() {
      return events().map((event) => event.seq);
    },
    get events() {
      return events().map((event) => `${event.conversationId} ${event.seq}`);
    },
  };
}
