import type { CloseName, ConversationId, Head, SessionId, UserId } from '@parley/protocol';

/** The hub's view of a socket. */
export interface Subscriber {
  readonly userId: UserId;
  readonly sessionId: SessionId;
  /** Writes whole event frames of one conversation. Never throws; may drop them, in which case it tells the conversation's head later. */
  writeEvents(conversationId: ConversationId, frames: Buffer): void;
  /** Writes whole signal frames. Never throws; they are the first to be dropped when the peer reads slowly. */
  writeSignal(frames: Buffer): void;
  /** Tells how far conversations go; a seq of -1 that one is no longer in them. Never dropped. */
  writeHeads(heads: readonly Head[]): void;
  /** Tells how far the log of the person goes, where that was not told so far. Never dropped. */
  writeOwnHead(seq: number): void;
  /** Closes the socket for a reason of the table. */
  close(name: CloseName): void;
}
