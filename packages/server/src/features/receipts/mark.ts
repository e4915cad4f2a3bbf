import type { ConversationId, MessageId, TenantId, UserId } from '@parley/protocol';

/** How far somebody has come, on its way to their row. Everything in it merges by the larger one, but `unreadFrom`: there the later one wins. */
export interface Mark {
  /** Null where they are known to be a member because the server itself has just let them do something. */
  readonly tenantId: TenantId | null;
  readonly conversationId: ConversationId;
  readonly userId: UserId;
  /** The root of a thread, or null for the conversation itself. */
  readonly threadId: MessageId | null;
  /** 0 where nothing was read. */
  readonly readSeq: number;
  /** 0 where nothing arrived. */
  readonly deliveredSeq: number;
  readonly unreadFrom: UnreadFrom;
  /**
   * For a mark that follows from having sent the message at `readSeq`: its ord. Everybody is told the message, so nobody is told the mark. Null for a
   * mark that somebody asked for.
   */
  readonly sentOrd: number | null;
}

/** What becomes of the mark "unread": it stays, is taken back, or is set, from the latest message or from a seq on. */
export type UnreadFrom = 'keep' | 'clear' | 'latest' | number;

/** What the row says after a mark was written. */
export interface Marked {
  readonly mark: Mark;
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly unreadCount: number;
  readonly unreadFromSeq: number | null;
  /** Whether what only they themselves may know has changed. */
  readonly hasOwnMoved: boolean;
  /** Whether what the others may know has changed. */
  readonly hasReceiptMoved: boolean;
  readonly conversation: MarkedConversation;
}

/** What decides who is told of a receipt. */
export interface MarkedConversation {
  readonly memberCount: number;
  readonly lastMessageSeq: number;
  /** Who sent it, while they are a member. */
  readonly lastSenderId: UserId | null;
  /** Members who hide their reading: nobody is told of theirs, and they of nobody's. */
  readonly hiderIds: readonly UserId[];
}

/** Marks with the same key go into the same row. */
export function keyOf(mark: Mark): string {
  return `${mark.conversationId} ${mark.userId} ${mark.threadId ?? ''}`;
}

/** Two marks of one row as one: the same as writing them one after the other. */
export function mergeMarks(earlier: Mark, later: Mark): Mark {
  return {
    tenantId: later.tenantId,
    conversationId: later.conversationId,
    userId: later.userId,
    threadId: later.threadId,
    readSeq: Math.max(earlier.readSeq, later.readSeq),
    deliveredSeq: Math.max(earlier.deliveredSeq, later.deliveredSeq),
    unreadFrom: later.unreadFrom === 'keep' ? earlier.unreadFrom : later.unreadFrom,
    sentOrd:
      earlier.sentOrd === null || later.sentOrd === null ? null : Math.max(earlier.sentOrd, later.sentOrd),
  };
}
