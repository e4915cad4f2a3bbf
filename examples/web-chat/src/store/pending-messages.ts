/**
 * What I sent and the window does not show yet: it is laid over the end of the window.
 *
 * A message enters as `waiting`, becomes `sent` when the SDK's promise says so, and leaves when the server's copy comes by: with the
 * same id, so the row on the screen keeps its key, place and size. A `failed` one stays until it is sent again or deleted.
 */
import type { SendFailure } from './send-failure.js';

export interface PendingMessage {
  readonly id: string;
  readonly content: string;
  /** When it was written, or when the server took it; ISO 8601. */
  readonly at: string;
  readonly delivery: PendingDelivery;
}

export type PendingDelivery =
  | { readonly status: 'waiting' }
  | { readonly status: 'sent' }
  | { readonly status: 'failed'; readonly failure: SendFailure };

type List = readonly PendingMessage[];

export function addPending(list: List, message: Pick<PendingMessage, 'id' | 'content' | 'at'>): List {
  return list.some((item) => item.id === message.id)
    ? list
    : [...list, { ...message, delivery: { status: 'waiting' } }];
}

export function markSent(list: List, id: string, at: string): List {
  return replace(list, id, (item) => ({ ...item, at, delivery: { status: 'sent' } }));
}

export function markFailed(list: List, id: string, failure: SendFailure): List {
  return replace(list, id, (item) => ({ ...item, delivery: { status: 'failed', failure } }));
}

export function markWaiting(list: List, id: string): List {
  return replace(list, id, (item) => ({ ...item, delivery: { status: 'waiting' } }));
}

/** The same list when none of the ids was pending. */
export function dropPending(list: List, ids: ReadonlySet<string>): List {
  return list.some((item) => ids.has(item.id)) ? list.filter((item) => !ids.has(item.id)) : list;
}

/** Those the server has not taken: lost if nobody keeps them. */
export function listUnsent(list: List): List {
  return list.filter((item) => item.delivery.status !== 'sent');
}

function replace(list: List, id: string, change: (item: PendingMessage) => PendingMessage): List {
  return list.some((item) => item.id === id)
    ? list.map((item) => (item.id === id ? change(item) : item))
    : list;
}
