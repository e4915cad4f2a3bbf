import type { ConversationId } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';

/** Somebody who listens while an answer is put together, so that nothing falls between reading and waiting. */
export interface Listening {
  /**
   * Resolves when something happens to the user beyond what was read, after `ms`, when `abortSignal` fires, when a newer listening of the session
   * waits, or when the server closes. Ends the listening.
   */
  wait(
    read: { readonly memberships: ReadonlyMap<ConversationId, number>; readonly userSeq: number },
    options: { readonly ms: number; readonly abortSignal: AbortSignal | undefined },
  ): Promise<void>;
  /** Ends it without waiting. */
  end(): void;
}

/** Begins to listen; call it before reading. */
export type ListenToUser = (actor: Actor) => Listening;
