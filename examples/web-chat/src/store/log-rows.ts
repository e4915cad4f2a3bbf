/**
 * The rows of a conversation's log, from what is loaded and what is pending: labels of days and messages with their place in a group.
 *
 * A group is: same sender, same day, within five minutes of the message before, nothing between. A row that did not change is the same
 * object as before, so only rows that changed are rendered. The label of the first loaded day stands only where history begins: while more
 * can be loaded in front, the first row is a message, which keeps its key when a page is put before it.
 */
import type { Message } from '@parley/client-sdk';
import type { PendingDelivery, PendingMessage } from './pending-messages.js';

export type LogRow = DayRow | MessageRow;

export interface DayRow {
  readonly kind: 'day';
  readonly key: string;
  /** A moment of the day. */
  readonly at: string;
}

export interface MessageRow {
  readonly kind: 'message';
  /** The id of the message, the same from its first moment on. */
  readonly key: string;
  readonly senderId: string;
  readonly content: string;
  readonly at: string;
  readonly isOwn: boolean;
  readonly isFirst: boolean;
  readonly isTail: boolean;
  readonly delivery: Delivery;
  /** What became of it after it was sent. */
  readonly change: 'none' | 'edited' | 'deleted';
}

export type Delivery = PendingDelivery | { readonly status: 'received' };

export interface LogInput {
  readonly items: readonly Message[];
  readonly pending: readonly PendingMessage[];
  readonly meId: string;
  /** Nothing is in front of the first item. */
  readonly isStart: boolean;
}

const groupMs = 5 * 60_000;
const received = { status: 'received' } as const;
const sent = { status: 'sent' } as const;

type Entry = Pick<MessageRow, 'key' | 'senderId' | 'content' | 'at' | 'isOwn' | 'delivery' | 'change'>;

export function buildRows(input: LogInput, previous: readonly LogRow[] = []): readonly LogRow[] {
  const before = new Map(previous.map((row) => [row.key, row]));
  const entries = listEntries(input);
  const rows: LogRow[] = [];
  entries.forEach((entry, index) => {
    const older = entries[index - 1];
    const newer = entries[index + 1];
    const isNewDay = older === undefined ? input.isStart : dayOf(older.at) !== dayOf(entry.at);
    if (isNewDay) rows.push(reuse(before, { kind: 'day', key: `day:${dayOf(entry.at)}`, at: entry.at }));
    rows.push(
      reuse(before, {
        kind: 'message',
        ...entry,
        isFirst: older === undefined || !isSameGroup(older, entry),
        isTail: newer === undefined || !isSameGroup(entry, newer),
      }),
    );
  });
  return rows;
}

function listEntries({ items, pending, meId }: LogInput): readonly Entry[] {
  const loaded = items.map((message): Entry => {
    const { id, senderId, content, at } = message;
    const isOwn = senderId === meId;
    const delivery = isOwn ? sent : received;
    return { key: id, senderId, content, at, isOwn, delivery, change: changeOf(message) };
  });
  const ids = new Set(loaded.map(({ key }) => key));
  const waiting = pending
    .filter(({ id }) => !ids.has(id))
    .map(({ id, content, at, delivery }): Entry => {
      return { key: id, senderId: meId, content, at, isOwn: true, delivery, change: 'none' };
    });
  return [...loaded, ...waiting];
}

function changeOf({ editedAt, deletedAt }: Message): MessageRow['change'] {
  if (deletedAt !== null) return 'deleted';
  return editedAt === null ? 'none' : 'edited';
}

function isSameGroup(older: Entry, newer: Entry): boolean {
  return (
    older.senderId === newer.senderId &&
    Date.parse(newer.at) - Date.parse(older.at) <= groupMs &&
    dayOf(older.at) === dayOf(newer.at)
  );
}

/** The day in the reader's time zone, `2026-10-21`. */
export function dayOf(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

function reuse(before: ReadonlyMap<string, LogRow>, row: LogRow): LogRow {
  const known = before.get(row.key);
  return known !== undefined && isEqual(known, row) ? known : row;
}

function isEqual(a: LogRow, b: LogRow): boolean {
  if (a.kind === 'day' || b.kind === 'day') return a.kind === b.kind;
  return (
    a.content === b.content &&
    a.at === b.at &&
    a.isFirst === b.isFirst &&
    a.isTail === b.isTail &&
    a.senderId === b.senderId &&
    isSameDelivery(a.delivery, b.delivery)
  );
}

function isSameDelivery(a: Delivery, b: Delivery): boolean {
  if (a.status === 'failed' && b.status === 'failed') return a.failure === b.failure;
  return a.status === b.status;
}
