interface UnreadColumns {
  readonly conversationId: string;
  /** Absent for the conversation itself. */
  readonly threadId?: string;
  readonly lastOrd: string;
  /** The larger of what was read and what retention dropped. */
  readonly readOrd: string;
}

/**
 * The rule of `unread` in the protocol as SQL, over columns of the statement it stands in. Deleted messages are counted by a partial index that has only
 * them. Never negative: the row of a reader may be younger than the snapshot that has the head.
 */
export function unreadCount({ conversationId, threadId, lastOrd, readOrd }: UnreadColumns): string {
  const scope = threadId === undefined ? 'x.thread_id is null' : `x.thread_id = ${threadId}`;
  return `greatest(0, ${lastOrd} - ${readOrd} - (
      select count(*) from parley.messages x
      where x.conversation_id = ${conversationId} and ${scope} and x.deleted_at is not null and x.ord > ${readOrd}))`;
}
