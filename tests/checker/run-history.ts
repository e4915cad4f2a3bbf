/** What a run of many clients against several nodes left behind: all that the checker of runs looks at. */
export interface RunHistory {
  /** Everything anybody began, in the order their lane began it. */
  readonly operations: readonly Operation[];
  /** What each client was told while it lived. A client that was thrown away and made anew is two. */
  readonly clients: readonly ClientStory[];
  /** The log of every conversation as it stands at the end, in the order the server gave it. */
  readonly log: readonly LogEntry[];
  /** What each conversation looks like at the end, for everyone who shows it. */
  readonly views: readonly RunView[];
  readonly watermarks: readonly WatermarkReading[];
}

export type OperationKind =
  | 'sendMessage'
  | 'editMessage'
  | 'deleteMessage'
  | 'addReaction'
  | 'removeReaction'
  | 'addMembers'
  | 'removeMember';

export interface Operation {
  /** Operations of one lane on one conversation are in program order: the next began after the one before had a verdict, or both took one outbox. */
  readonly lane: string;
  readonly actorId: string;
  readonly conversationId: string;
  readonly kind: OperationKind;
  /** The message, or the person who is added or removed. */
  readonly targetId: string;
  /** Of a send and an edit. No two operations say the same. */
  readonly content?: string;
  /** Of a reaction, where its lane may take back what has not left the device; see `unfold`. */
  readonly emoji?: string;
  outcome: Outcome;
}

export type Outcome =
  | { readonly type: 'unknown' }
  | { readonly type: 'acknowledged'; readonly seq: number; readonly at?: string | undefined }
  /** `hadCopies`: it was sent before and nobody heard what became of that; such a copy may land after this verdict. */
  | { readonly type: 'refused'; readonly code: string; readonly hadCopies?: boolean };

/** Whether an operation that was not acknowledged may have had its effect all the same. */
export function mayHaveLanded(outcome: Outcome): boolean {
  return outcome.type === 'unknown' || (outcome.type === 'refused' && outcome.hadCopies === true);
}

/** An entry of a log, as it was read or told. */
export interface LogEntry {
  readonly conversationId: string;
  readonly seq: number;
  readonly kind: string;
  readonly actorId: string | null;
  /** The message, or the people. */
  readonly targetIds: readonly string[];
  /** The message as it was when the entry was read or told. */
  readonly message?: MessageState | undefined;
}

export interface MessageState {
  readonly id: string;
  readonly rev: number;
  readonly content: string;
  readonly deletedAt: string | null;
}

export interface ClientStory {
  readonly client: string;
  readonly userId: string;
  readonly told: readonly Told[];
}

/** What a client learned, in the order it learned it. */
export type Told =
  | { readonly type: 'event'; readonly entry: LogEntry; readonly isCatchUp: boolean }
  /** A message it had not known, told as one of the rows that are different after a long absence. */
  | { readonly type: 'learned'; readonly entry: LogEntry }
  /** All rows that were different up to and including `to` have been told. */
  | { readonly type: 'caughtUp'; readonly conversationId: string; readonly to: number }
  /** It read the conversation by itself, up to and including `to`. */
  | { readonly type: 'loaded'; readonly conversationId: string; readonly to: number }
  /** The conversation is somewhere else without its events being told. */
  | { readonly type: 'moved'; readonly conversationId: string; readonly seq: number }
  | { readonly type: 'removed'; readonly conversationId: string }
  /** Everything that is held is void. */
  | { readonly type: 'reset' };

/** How a conversation looks to somebody at the end: a text for every row, by the row's name. */
export interface RunView {
  /** `log` names the one that all others are held against. */
  readonly observer: string;
  readonly conversationId: string;
  readonly rows: ReadonlyMap<string, string>;
}

/** How far somebody had come, as the server said it. Readings of one lane are in the order they were answered. */
export interface WatermarkReading {
  readonly lane: string;
  readonly userId: string;
  readonly conversationId: string;
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

/** One broken promise of a run. */
export type RunViolation = {
  readonly rule: RunRule;
  readonly conversationId: string;
  /** What an engineer needs to find it again. */
  readonly detail: string;
};

export type RunRule =
  /** The seqs of a conversation are not 1..n. */
  | 'hole'
  /** Acknowledged, and the log has something else there, or nothing. */
  | 'lost'
  /** Two operations were told the same place. */
  | 'shared'
  /** The log has an effect that nobody asked for: a doubled operation, or one that was refused. */
  | 'surplus'
  /** A later operation of a lane stands before an earlier one. */
  | 'reordered'
  /** A message says what nobody wrote, or not what was written last. */
  | 'altered'
  /** A client was told another entry than the log has. */
  | 'told-differs'
  /** A client was told things twice or out of order. */
  | 'told-again'
  /** A client was not told what lies between. */
  | 'told-hole'
  /** A client was told something from a time in which it was no member. */
  | 'told-outside'
  /** The words of a deleted message were told or shown. */
  | 'deleted-shown'
  /** Somebody shows another state than the log gives. */
  | 'view-differs'
  /** A watermark fell, or lies above what it must not pass. */
  | 'watermark';
