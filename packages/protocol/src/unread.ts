export interface UnreadInput {
  /** The ord of the latest message of the scope: the conversation itself, or one thread. */
  readonly lastOrd: number;
  /** The ord up to which the reader has read the scope. */
  readonly readOrd: number;
  /** The ord up to which retention has dropped the scope. */
  readonly floorOrd: number;
  /** How many messages of the scope above both of these are deleted. */
  readonly deletedAfter: number;
}

/**
 * How many messages of a scope are unread. Ords are dense and kept for ever, so this is one subtraction, whatever was read, deleted or dropped in
 * which order. The server counts by the same rule in SQL, a client with what it knows.
 */
export function unread({ lastOrd, readOrd, floorOrd, deletedAfter }: UnreadInput): number {
  return lastOrd - Math.max(readOrd, floorOrd) - deletedAfter;
}
