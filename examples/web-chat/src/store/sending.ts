/**
 * Sends messages. A message is on the screen before anything leaves; the SDK's promise settles it. When the session is not accepted any
 * more, messages go on waiting: they are kept and sent after the next sign-in.
 */
import { ParleyError } from '@parley/client-sdk';
import type { ChatContext } from './chat-context.js';
import { pendingOf, setPending } from './chat-state.js';
import { addPending, dropPending, markFailed, markSent, markWaiting } from './pending-messages.js';
import { type SendFailure, toSendFailure } from './send-failure.js';
import type { UnsentStorage } from './unsent-storage.js';

export interface Sending {
  readonly send: (conversationId: string, content: string) => void;
  readonly retry: (conversationId: string, messageId: string) => void;
  readonly discard: (conversationId: string, messageId: string) => void;
  /** Throws away what was not sent, in every conversation. */
  readonly discardAll: () => void;
  /** Sends what an earlier page of this tab left behind. */
  readonly resume: () => void;
  readonly stop: () => void;
}

export interface SendingOptions {
  readonly storage: UnsentStorage;
  readonly onFailed: (conversationId: string, failure: SendFailure) => void;
}

interface Outgoing {
  readonly conversationId: string;
  readonly id: string;
  readonly content: string;
}

const endedSession: ReadonlySet<string> = new Set([
  'unauthenticated',
  'token_invalid',
  'token_expired',
  'session_revoked',
  'refresh_invalid',
  'refresh_reused',
]);

export function createSending({ client, state, now }: ChatContext, options: SendingOptions): Sending {
  let isStopped = false;
  let saved = state.getSnapshot().pending;
  const stopSaving = state.subscribe(() => {
    const { pending } = state.getSnapshot();
    if (pending === saved) return;
    saved = pending;
    options.storage.save(pending);
  });

  async function deliver({ conversationId, id, content }: Outgoing): Promise<void> {
    try {
      const { at } = await client.messages.send({ conversationId, id, content });
      state.update((value) => setPending(value, conversationId, (list) => markSent(list, id, at)));
    } catch (error) {
      if (isStopped || (error instanceof ParleyError && endedSession.has(error.code))) return;
      const failure = toSendFailure(error);
      state.update((value) => setPending(value, conversationId, (list) => markFailed(list, id, failure)));
      options.onFailed(conversationId, failure);
    }
  }

  function start(message: Outgoing, at: string): void {
    state.update((value) =>
      setPending(value, message.conversationId, (list) => addPending(list, { ...message, at })),
    );
    void deliver(message);
  }

  return {
    send: (conversationId, content) =>
      start({ conversationId, id: client.newId(), content }, now().toISOString()),
    retry(conversationId, id) {
      const message = pendingOf(state.getSnapshot(), conversationId).find((item) => item.id === id);
      if (message === undefined) return;
      state.update((value) => setPending(value, conversationId, (list) => markWaiting(list, id)));
      void deliver({ conversationId, id, content: message.content });
    },
    discard(conversationId, id) {
      state.update((value) => setPending(value, conversationId, (list) => dropPending(list, new Set([id]))));
    },
    discardAll: () => state.update((value) => ({ ...value, pending: new Map() })),
    resume() {
      for (const [conversationId, list] of options.storage.load())
        for (const { id, content, at } of list) start({ conversationId, id, content }, at);
    },
    stop() {
      isStopped = true;
      stopSaving();
    },
  };
}
