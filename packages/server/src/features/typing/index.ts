import { blockedMark, contracts, hasRight, ParleyError } from '@parley/protocol';
import type { SignalPublication } from '../../fanout/broker.js';
import { defineFeature } from '../../kernel/define-feature.js';
import { findTypist, type Typist } from './typing.store.js';
import { TypingGate } from './typing-gate.js';

export interface TypingOptions {
  /** Sends a signal to whoever is connected, here and on other nodes. */
  readonly signal: (publication: SignalPublication) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Who is typing: told to the other members, stored nowhere. Whoever could not send is not seen typing either; who could not for a block is not told so here. */
export function createTypingFeature({ signal, now }: TypingOptions) {
  const gate = new TypingGate({ now });
  return defineFeature(contracts.typing, {
    handlers: {
      setTyping: {
        policy: 'user',
        run: async ({ db, actor }, { conversationId, isTyping, threadId = null }) => {
          const typist = await findTypist(db, actor, { conversationId, threadId });
          requireVoice(typist);
          // Between people of whom one has blocked the other it is as if nobody listened.
          if (isBlocked(typist)) return null;
          const { userId } = actor;
          // Judged before the gate: who may not gets the same answer however often they ask.
          if (gate.pass(`${userId} ${conversationId}`, isTyping))
            signal({
              signal: { kind: 'typing', conversationId, data: { userId, isTyping, threadId } },
              to: 'members',
              except: userId,
            });
          return null;
        },
      },
    },
  });
}

function requireVoice(typist: Typist | undefined): asserts typist is Typist {
  if (typist === undefined) throw new ParleyError('not_found');
  if (typist.isArchived) throw new ParleyError('conversation_archived');
  if (!hasRight(typist, 'send') && !isBlocked(typist)) throw new ParleyError('forbidden');
  if (typist.mutedForMs !== null) throw new ParleyError('muted', { retryAfterMs: typist.mutedForMs });
  if (!typist.hasThread) throw new ParleyError('invalid_reference');
}

function isBlocked({ deny }: Typist): boolean {
  return (deny & blockedMark) !== 0;
}
