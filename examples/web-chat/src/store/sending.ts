/**
 * Sends messages. The SDK's outbox keeps them over reloads, sends them, and says what became of them: what it holds is shown at the end of its conversation.
 */
import { OutboxError, type OutboxOperation } from '@parley/client-sdk';
import type { ChatContext } from './chat-context.js';
import { pendingOf, setPending } from './chat-state.js';
import { addFailed, dropPending, followOutbox } from './pending-messages.js';
import { type SendFailure, toSendFailure } from './send-failure.js';

export interface Sending {
  readonly send: (conversationId: string, content: string) => void;
  readonly retry: (conversationId: string, messageId: string) => void;
  readonly discard: (conversationId: string, messageId: string) => void;
  /** Throws away what was not sent, in every conversation. */
  readonly discardAll: () => void;
  /** Shows what waits, now and whenever it changes; returns its undoing. */
  readonly start: () => () => void;
}

type OnFailed = (conversationId: string, failure: SendFailure) => void;

export function createSending({ client, state, now }: ChatContext, onFailed: OnFailed): Sending {
  const { outbox } = client;
  const known = new Set<string>();

  function follow(): void {
    const before = state.getSnapshot().pending;
    const messages = outbox.getSnapshot().operations.filter(isMessage);
    for (const place of new Set([...before.keys(), ...messages.map(placeOf)])) {
      const here = messages.filter((message) => placeOf(message) === place);
      state.update((value) => setPending(value, place, (list) => followOutbox(list, here, known)));
    }
    for (const { id } of messages) known.add(id);
    for (const [place, list] of before) for (const { id } of list) tellFailure(place, id, list);
  }

  function tellFailure(place: string, id: string, before: ReturnType<typeof pendingOf>): void {
    const was = before.find((item) => item.id === id)?.delivery.status;
    const delivery = pendingOf(state.getSnapshot(), place).find((item) => item.id === id)?.delivery;
    if (was === 'waiting' && delivery?.status === 'failed') onFailed(place, delivery.failure);
  }

  function deliver(conversationId: string, id: string, content: string): void {
    client.messages.send({ conversationId, id, content }).catch((error: unknown) => {
      // What the outbox took is followed there; the rest was refused on the spot.
      const isTaken = known.has(id) || (error instanceof OutboxError && error.code === 'discarded');
      if (isTaken) return;
      const failure = toSendFailure(error);
      const message = { id, content, at: now().toISOString() };
      state.update((value) => setPending(value, conversationId, (list) => addFailed(list, message, failure)));
      onFailed(conversationId, failure);
    });
  }

  const drop = (conversationId: string, id: string) =>
    state.update((value) => setPending(value, conversationId, (list) => dropPending(list, new Set([id]))));

  return {
    send: (conversationId, content) => deliver(conversationId, client.newId(), content),
    retry(conversationId, id) {
      if (known.has(id)) return outbox.retry(id);
      const message = pendingOf(state.getSnapshot(), conversationId).find((item) => item.id === id);
      if (message === undefined) return;
      drop(conversationId, id);
      deliver(conversationId, id, message.content);
    },
    discard(conversationId, id) {
      drop(conversationId, id);
      outbox.discard(id);
    },
    discardAll() {
      for (const { id } of outbox.getSnapshot().operations) outbox.discard(id);
      state.update((value) => ({ ...value, pending: new Map() }));
    },
    start() {
      follow();
      return outbox.subscribe(follow);
    },
  };
}

function isMessage({ operation }: OutboxOperation): boolean {
  return operation === 'sendMessage';
}

function placeOf({ conversationId }: OutboxOperation): string {
  return conversationId ?? '';
}
