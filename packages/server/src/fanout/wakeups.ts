/**
 * Waiting for something to happen to a user, without a socket: what a long poll does. A wait is a subscriber like a socket and so hears the same,
 * conversations that one is added to meanwhile included.
 *
 * - Listening begins before the heads are read: what is published meanwhile is recorded, and what lies above the heads ends the wait at once. What
 *   happens to the user otherwise meanwhile has them looked at again once they wait.
 * - A session waits once. A newer wait ends the older, whose client has given up on it.
 * - Nothing is left behind: the end of a wait takes its timer, its listener and its place in the hub with it.
 */
import type { ConversationId, SessionId, UserId } from '@parley/protocol';
import type { Clock } from '../lib/clock.js';
import type { Hub, Recording } from './hub.js';
import type { Subscriber } from './subscriber.js';

interface Waiter {
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

/** How far everything goes that whoever waits has read. */
interface Read {
  readonly memberships: ReadonlyMap<ConversationId, number>;
  /** Their own log. */
  readonly userSeq: number;
}

interface WaitOptions {
  readonly ms: number;
  readonly abortSignal: AbortSignal | undefined;
}

export class Wakeups {
  readonly #hub: Pick<Hub, 'record' | 'disconnect'>;
  readonly #clock: Clock;
  readonly #arriving: (userId: UserId) => () => void;
  /** How to end the wait of each session. */
  readonly #waits = new Map<SessionId, () => void>();
  #isClosed = false;

  constructor(options: {
    readonly hub: Pick<Hub, 'record' | 'disconnect'>;
    readonly clock: Clock;
    /** See `UserCheck`. */
    readonly arriving: (userId: UserId) => () => void;
  }) {
    this.#hub = options.hub;
    this.#arriving = options.arriving;
    this.#clock = options.clock;
  }

  /** Number of waits under way. */
  get size(): number {
    return this.#waits.size;
  }

  /** Begins to listen; call it before reading heads. Of the two ways to end it, only the first one counts. */
  listen(waiter: Waiter) {
    let recording: Recording | undefined = this.#hub.record();
    const arrived = this.#arriving(waiter.userId);
    const end = (): void => {
      recording?.discard();
      recording = undefined;
      arrived();
    };
    return {
      /** Resolves when something happens above the heads, after `ms`, on abort, when the session waits anew, or on close. */
      wait: async (read: Read, options: WaitOptions): Promise<void> => {
        if (recording === undefined || this.#isClosed || options.abortSignal?.aborted === true) return end();
        const begun = recording;
        recording = undefined;
        await this.#wait({ ...waiter, userSeq: read.userSeq }, options, (subscriber) => {
          begun.admit(subscriber, read.memberships);
          arrived();
        });
      },
      end,
    };
  }

  /** Ends all waits; later ones end at once. */
  close(): void {
    this.#isClosed = true;
    for (const finish of this.#waits.values()) finish();
  }

  #wait(
    { userId, sessionId, userSeq }: Waiter & Pick<Read, 'userSeq'>,
    { ms, abortSignal }: WaitOptions,
    admit: (subscriber: Subscriber) => void,
  ): Promise<void> {
    return new Promise((resolve) => {
      this.#waits.get(sessionId)?.();
      // The hub may be in the middle of a delivery or of the admission: it is left alone until that is over.
      const wake = (): void => queueMicrotask(finish);
      const subscriber: Subscriber = {
        userId,
        sessionId,
        writeEvents: wake,
        writeSignal: () => {},
        writeHeads: wake,
        writeOwnHead: (seq) => {
          if (seq > userSeq) wake();
        },
        close: wake,
      };
      const stopTimer = this.#clock.after(ms, () => finish());
      const finish = (): void => {
        stopTimer();
        abortSignal?.removeEventListener('abort', finish);
        if (this.#waits.get(sessionId) === finish) this.#waits.delete(sessionId);
        this.#hub.disconnect(subscriber);
        resolve();
      };
      this.#waits.set(sessionId, finish);
      abortSignal?.addEventListener('abort', finish);
      admit(subscriber);
    });
  }
}
