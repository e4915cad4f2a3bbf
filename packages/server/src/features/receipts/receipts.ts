import type { ChatEvent } from '@parley/protocol';
import type { Database } from '../../db/database.js';
import type { SignalPublication } from '../../fanout/broker.js';
import type { Clock } from '../../lib/clock.js';
import { MarkCoalescer } from './coalescer.js';
import type { Mark, Marked } from './mark.js';
import { writeMarks, writeThreadMarks } from './marks.store.js';
import { ReceiptFeed } from './receipt-feed.js';

export interface ReceiptsOptions {
  readonly database: Database;
  /** Sends a signal to whoever is connected, here and on other nodes. */
  readonly signal: (publication: SignalPublication) => void;
  /** Told why a watermark could not be written that nobody asked for. */
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
}

/** Watermarks of a node: what was read and delivered on its way to the database, and from there to the others. */
export interface Receipts {
  /** Writes a mark and tells who must know. Resolves after the commit; undefined where the person or the thread is not there. */
  readonly mark: (mark: Mark) => Promise<Marked | undefined>;
  /** Takes messages that were just stored: who sent one has read up to it. Never throws. */
  readonly afterSend: (events: readonly ChatEvent[]) => void;
  /** Writes what waits. */
  readonly close: () => Promise<void>;
}

export function createReceipts({ database, signal, onError, clock }: ReceiptsOptions): Receipts {
  const feed = new ReceiptFeed({ signal, clock });
  const coalescer = new MarkCoalescer({
    write: (marks) => writeBoth(database, marks),
    onMarked: (marked) => {
      for (const one of marked) if (one.hasOwnMoved) signal(toOwnSignal(one));
      feed.note(marked);
    },
    onError,
    clock,
  });
  return {
    mark: (mark) => coalescer.now(mark),
    afterSend: (events) => {
      for (const event of events) for (const mark of marksOfSending(event)) coalescer.soon(mark);
    },
    close: async () => {
      await coalescer.close();
      feed.close();
    },
  };
}

async function writeBoth(database: Database, marks: readonly Mark[]): Promise<Marked[]> {
  const ofConversations = marks.filter((mark) => mark.threadId === null);
  const ofThreads = marks.filter((mark) => mark.threadId !== null);
  return [
    ...(ofConversations.length === 0 ? [] : await writeMarks(database, ofConversations)),
    ...(ofThreads.length === 0 ? [] : await writeThreadMarks(database, ofThreads)),
  ];
}

/** A reply is read in its thread and leaves the conversation as unread as it was. */
function marksOfSending(event: ChatEvent): Mark[] {
  if (event.kind !== 'message.created') return [];
  const { conversationId, senderId, threadId } = event.data;
  return [
    {
      tenantId: null,
      conversationId,
      userId: senderId,
      threadId,
      readSeq: event.seq,
      deliveredSeq: event.seq,
      unreadFrom: threadId === null ? 'clear' : 'keep',
    },
  ];
}

function toOwnSignal({ mark, readSeq, deliveredSeq, unreadFromSeq }: Marked): SignalPublication {
  const { conversationId, userId, threadId } = mark;
  return {
    signal: {
      kind: 'receipt.own',
      conversationId,
      data: { readSeq, deliveredSeq, unreadFromSeq, threadId },
    },
    to: { users: [userId] },
  };
}
