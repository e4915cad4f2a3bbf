import type { ChatEvent, EventOf } from '@parley/protocol';
import type { Database } from '../../db/database.js';
import type { SignalPublication } from '../../fanout/broker.js';
import type { Clock } from '../../lib/clock.js';
import { MarkCoalescer } from './coalescer.js';
import type { Mark, Marked } from './mark.js';
import { writeMarks, writeSentMarks, writeThreadMarks } from './marks.store.js';
import { ReceiptFeed } from './receipt-feed.js';

export interface ReceiptsOptions {
  readonly database: Database;
  /** Sends a signal to whoever is connected, here and on other nodes. */
  readonly signal: (publication: SignalPublication) => void;
  /** Counts rows that were written. */
  readonly onWritten: (cause: 'asked' | 'sent', count: number) => void;
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

export function createReceipts({ database, signal, onWritten, onError, clock }: ReceiptsOptions): Receipts {
  const feed = new ReceiptFeed({ signal, clock });
  const coalescer = new MarkCoalescer({
    write: async (marks) => {
      const marked = await write(database, marks);
      const sent = marks.filter(({ sentOrd }) => sentOrd !== null).length;
      if (sent > 0) onWritten('sent', sent);
      if (sent < marks.length) onWritten('asked', marks.length - sent);
      return marked;
    },
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
      for (const event of events) if (event.kind === 'message.created') coalescer.soon(markOfSending(event));
    },
    close: async () => {
      await coalescer.close();
      feed.close();
    },
  };
}

async function write(database: Database, marks: readonly Mark[]): Promise<Marked[]> {
  const sent: Mark[] = [];
  const ofConversations: Mark[] = [];
  const ofThreads: Mark[] = [];
  for (const mark of marks)
    (mark.sentOrd !== null ? sent : mark.threadId === null ? ofConversations : ofThreads).push(mark);
  if (sent.length > 0) await writeSentMarks(database, sent);
  return [
    ...(ofConversations.length === 0 ? [] : await writeMarks(database, ofConversations)),
    ...(ofThreads.length === 0 ? [] : await writeThreadMarks(database, ofThreads)),
  ];
}

/** A reply leaves the conversation as unread as it was; that it is read in its thread its own transaction has written. */
function markOfSending({ seq, data }: EventOf<'message.created'>): Mark {
  const { conversationId, senderId, threadId, ord } = data;
  const isReply = threadId !== null;
  return {
    tenantId: null,
    conversationId,
    userId: senderId,
    threadId: null,
    readSeq: isReply ? 0 : seq,
    deliveredSeq: seq,
    unreadFrom: isReply ? 'keep' : 'clear',
    sentOrd: isReply ? 0 : ord,
  };
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
