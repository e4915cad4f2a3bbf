import type { ChatSignal, ConversationId } from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import type { Subscriber } from '../fanout/subscriber.js';
import type { TestEngine } from './describe-each-engine.js';
import { readFrames } from './read-frames.js';

export interface Listener {
  /** What was told to this socket and stored nowhere, in order. */
  readonly signals: ChatSignal[];
  /** Goes away. */
  close(): void;
}

/** A socket of somebody, in these conversations and with these open, that keeps the signals it gets. */
export function listenAs(
  engine: Pick<TestEngine, 'core'>,
  actor: Actor,
  place: { readonly memberOf: readonly ConversationId[]; readonly open?: readonly ConversationId[] },
): Listener {
  const { hub, presence } = engine.core;
  const signals: ChatSignal[] = [];
  const subscriber: Subscriber = {
    userId: actor.userId,
    sessionId: actor.sessionId,
    writeEvents: () => {},
    writeSignal: (frames) => {
      for (const frame of readFrames(frames)) if (frame.type === 'signal') signals.push(frame.signal);
    },
    writeHeads: () => {},
    writeOwnHead: () => {},
    close: () => {},
  };
  hub.record().admit(subscriber, new Map(place.memberOf.map((conversationId) => [conversationId, 0])));
  hub.setOpen(subscriber, place.open ?? []);
  const leave = presence.connected(actor);
  return {
    signals,
    close: () => {
      hub.disconnect(subscriber);
      leave();
    },
  };
}
