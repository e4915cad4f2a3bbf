import type { Input, SignalOf } from '@parley/protocol/wire';
import type { Platform } from '../../platform/platform.js';

/** Where somebody types. */
export type TypingPlace = Omit<Input<'setTyping'>, 'isTyping'>;

export interface Typing {
  /** Tells the others that you are typing; call it with every key. Told every three seconds while online, and dropped while not. */
  readonly start: (place: TypingPlace) => void;
  /** Tells the others at once that you stopped, where they were told that you began. */
  readonly stop: (place: TypingPlace) => void;
}

export interface TypingOptions {
  readonly platform: Pick<Platform, 'now'>;
  /** Sends it now or never: an hour later it would be untrue. False when there is nothing to send on. */
  readonly send: (input: Input<'setTyping'>) => boolean;
}

const repeatMs = 3000;
/** Twice the time after which who still types would have said so. */
const overMs = 6000;

export function createTyping({ platform, send }: TypingOptions): Typing {
  const toldAt = new Map<string, number>();
  return {
    start: (place) => {
      const key = keyOf(place);
      const last = toldAt.get(key);
      if (last !== undefined && platform.now() - last < repeatMs) return;
      if (send({ ...place, isTyping: true })) toldAt.set(key, platform.now());
    },
    stop: (place) => {
      const last = toldAt.get(keyOf(place));
      if (last === undefined) return;
      toldAt.delete(keyOf(place));
      if (platform.now() - last < overMs) send({ ...place, isTyping: false });
    },
  };
}

export interface TypingEndings {
  /** Takes what the server told of somebody. */
  readonly receive: (signal: SignalOf<'typing'>) => void;
}

/** Ends what nobody ended: who was typing six seconds ago and said nothing since is told to have stopped. */
export function createTypingEndings(options: {
  readonly platform: Pick<Platform, 'after'>;
  readonly emit: (signal: SignalOf<'typing'>) => void;
}): TypingEndings {
  const timers = new Map<string, () => void>();
  return {
    receive: (signal) => {
      const { userId, isTyping, threadId } = signal.data;
      const key = `${signal.conversationId} ${threadId ?? ''} ${userId}`;
      timers.get(key)?.();
      timers.delete(key);
      options.emit(signal);
      if (!isTyping) return;
      const stop = options.platform.after(overMs, () => {
        timers.delete(key);
        options.emit({ ...signal, data: { ...signal.data, isTyping: false } });
      });
      timers.set(key, stop);
    },
  };
}

function keyOf({ conversationId, threadId }: TypingPlace): string {
  return `${conversationId} ${threadId ?? ''}`;
}
