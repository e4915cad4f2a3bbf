/**
 * What I sent and the window does not show yet: it is laid over the end of the window.
 *
 * A message enters with its operation in the SDK's outbox and follows it: `waiting`, or `failed` until it is sent again or deleted. When its operation is
 * gone it is `sent`, and leaves when the server's copy comes by: with the same id, so the row on the screen keeps its key, place and size.
 */
import type { OutboxOperation } from '@parley/client-sdk';
import { type SendFailure, toSendFailure } from './send-failure.js';

export interface PendingMessage {
  readonly id: string;
  readonly content: string;
  /** When it was written; ISO 8601. */
  readonly at: string;
  readonly delivery: PendingDelivery;
}

export type PendingDelivery =
  | { readonly status: 'waiting' }
  | { readonly status: 'sent' }
  | { readonly status: 'failed'; readonly failure: SendFailure };

type List = readonly PendingMessage[];

/** @param known  ids that were listed before: one that left the list since does not come back */
export function followOutbox(
  list: List,
  operations: readonly OutboxOperation[],
  known: ReadonlySet<string>,
): List {
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  const ids = new Set(list.map(({ id }) => id));
  const followed = list.map((item) => follow(item, byId.get(item.id)));
  const news = operations.filter(({ id }) => !ids.has(id) && !known.has(id)).map(toPending);
  const isSame = news.length === 0 && followed.every((item, index) => item === list[index]);
  return isSame ? list : [...followed, ...news];
}

export function addFailed(list: List, message: Omit<PendingMessage, 'delivery'>, failure: SendFailure): List {
  return [...list, { ...message, delivery: { status: 'failed', failure } }];
}

/** The same list when none of the ids was pending. */
export function dropPending(list: List, ids: ReadonlySet<string>): List {
  return list.some((item) => ids.has(item.id)) ? list.filter((item) => !ids.has(item.id)) : list;
}

function follow(item: PendingMessage, operation: OutboxOperation | undefined): PendingMessage {
  const { delivery } = item;
  // What the SDK did not take at all has no operation, and stays until somebody deletes it.
  if (operation === undefined) return delivery.status === 'waiting' ? sent(item) : item;
  const next = toPending(operation);
  const isSame =
    next.content === item.content &&
    next.delivery.status === delivery.status &&
    codeOf(next.delivery) === codeOf(delivery);
  return isSame ? item : next;
}

function sent(item: PendingMessage): PendingMessage {
  return { ...item, delivery: { status: 'sent' } };
}

function toPending({ id, input, enqueuedAt, delivery }: OutboxOperation): PendingMessage {
  return {
    id,
    content: String(input['content']),
    at: new Date(enqueuedAt).toISOString(),
    delivery: toDelivery(delivery),
  };
}

function toDelivery(delivery: OutboxOperation['delivery']): PendingDelivery {
  if (delivery.status === 'failed') return { status: 'failed', failure: toSendFailure(delivery.error) };
  return delivery.status === 'blocked'
    ? { status: 'failed', failure: toSendFailure({ code: 'blocked' }) }
    : { status: 'waiting' };
}

function codeOf(delivery: PendingDelivery): string | undefined {
  return delivery.status === 'failed' ? delivery.failure.code : undefined;
}
