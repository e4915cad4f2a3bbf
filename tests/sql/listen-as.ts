import type { ChatEvent, ConversationId } from '@parley/protocol';
import type { Actor } from '../../packages/server/src/access/actor.js';
import type { Hub } from '../../packages/server/src/fanout/hub.js';
import type { Subscriber } from '../../packages/server/src/fanout/subscriber.js';
import { readFrames } from '../../packages/server/src/testing/read-frames.js';

/** Hears what a socket of somebody would be told; they are in no conversation yet. */
export function listenAs(hub: Hub, { userId, sessionId }: Actor) {
  const events: ChatEvent[] = [];
  const subscriber: Subscriber = {
    userId,
    sessionId,
    writeEvents: (_conversationId, frames) => {
      for (const frame of readFrames(frames)) if (frame.type === 'event') events.push(frame.event);
    },
    writeSignal: () => {},
    writeHeads: () => {},
    writeOwnHead: () => {},
    close: () => {},
  };
  hub.record().admit(subscriber, new Map());
  return {
    events,
    /** Looks at a conversation: its events come also while it is busy. */
    open: (conversationId: ConversationId) => hub.setOpen(subscriber, [conversationId]),
    end: () => hub.disconnect(subscriber),
  };
}
