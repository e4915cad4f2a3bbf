import { type Message, type MessageId, ParleyError } from '@parley/protocol';
import type { Executor } from '../../db/database.js';
import {
  findMessage,
  findSeqBefore,
  listMessagesAfter,
  listMessagesBefore,
  type ViewedConversation,
} from './messages.store.js';

export interface PageRequest extends ViewedConversation {
  readonly limit: number;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly around: MessageId | undefined;
  readonly aroundTime: string | undefined;
}

export interface MessagePage {
  /** Oldest first. */
  readonly items: Message[];
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
}

/** A page of history. One row more than asked for is read on each open side: it tells whether there is more. */
export async function readPage(db: Executor, request: PageRequest): Promise<MessagePage> {
  const { limit } = request;
  if (request.around !== undefined) return readAround(db, request, request.around);
  if (request.aroundTime !== undefined) return readAroundTime(db, request, request.aroundTime);
  if (request.after !== undefined) {
    const after = parseCursor(request.after);
    const rows = await listMessagesAfter(db, request, { after, limit: limit + 1 });
    return { items: rows.slice(0, limit), hasBefore: after > 0, hasAfter: rows.length > limit };
  }
  const before = request.before === undefined ? undefined : parseCursor(request.before);
  const rows = await listMessagesBefore(db, request, { before, limit: limit + 1 });
  return {
    items: rows.slice(0, limit).reverse(),
    hasBefore: rows.length > limit,
    hasAfter: before !== undefined,
  };
}

async function readAround(db: Executor, request: PageRequest, id: MessageId): Promise<MessagePage> {
  const { limit } = request;
  const target = await findMessage(db, request, id);
  // A reply stands in its thread, which has pages of its own.
  if (target === undefined || target.threadId !== null) throw new ParleyError('not_found');
  const olderWanted = Math.floor((limit - 1) / 2);
  const newerWanted = limit - 1 - olderWanted;
  const older = await listMessagesBefore(db, request, { before: target.seq, limit: olderWanted + 1 });
  const newer = await listMessagesAfter(db, request, { after: target.seq, limit: newerWanted + 1 });
  return {
    items: [...older.slice(0, olderWanted).reverse(), target, ...newer.slice(0, newerWanted)],
    hasBefore: older.length > olderWanted,
    hasAfter: newer.length > newerWanted,
  };
}

/** Half of the page lies before the moment, and what one half lacks the other does not make up for: the middle stays the middle. */
async function readAroundTime(db: Executor, request: PageRequest, moment: string): Promise<MessagePage> {
  const { conversationId, limit } = request;
  const seq = await findSeqBefore(db, conversationId, moment);
  const olderWanted = Math.floor(limit / 2);
  const newerWanted = limit - olderWanted;
  const newer = await listMessagesAfter(db, request, { after: seq, limit: newerWanted + 1 });
  // After all of them there is no middle, and the page is the latest.
  const before = newer.length === 0 ? limit : olderWanted;
  const older = await listMessagesBefore(db, request, { before: seq + 1, limit: before + 1 });
  return {
    items: [...older.slice(0, before).reverse(), ...newer.slice(0, newerWanted)],
    hasBefore: older.length > before,
    hasAfter: newer.length > newerWanted,
  };
}

/** A message cursor is the seq of a message, as text. */
function parseCursor(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new ParleyError('invalid_cursor');
  return Number(text);
}
