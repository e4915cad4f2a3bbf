/**
 * Everything the test server remembers, as plain data: `structuredClone` of it is a backup. What lives only while sockets do (who is connected, timers) is
 * not in it.
 */
import type {
  Conversation,
  ConversationId,
  EventKind,
  Member,
  Message,
  MessageId,
  MessageVersion,
  OwnEventKind,
  OwnPresence,
  SessionId,
  Status,
  Thread,
  UserId,
} from '@parley/protocol/wire';

export interface State {
  /** Of the history: another one after a backup was restored. */
  epoch: string;
  /** Grows with every change somebody's devices must hear of: what `since` counts in. */
  tick: number;
  /** Of the latest stamp, in microseconds since 1970: stamps grow. */
  lastMicros: number;
  readonly people: Map<UserId, Person>;
  readonly sessions: Map<SessionId, SessionRow>;
  /** By the token itself. */
  readonly refreshTokens: Map<string, RefreshToken>;
  /** By the token of the mailed link. */
  readonly resets: Map<string, { readonly userId: UserId; readonly until: number }>;
  readonly logs: Map<ConversationId, Log>;
  /** Who blocks whom since when, by both ids. */
  readonly blocks: Map<string, { readonly userId: UserId; readonly blockedId: UserId; readonly at: string }>;
}

export interface Person {
  readonly id: UserId;
  username: string;
  displayName: string;
  avatarUrl: string | null;
  rev: number;
  bio: string | null;
  metadata: Readonly<Record<string, unknown>> | null;
  email: string | null;
  locale: string | null;
  readonly createdAt: string;
  /** As it was given: nobody's real password is ever here. Null for whoever cannot log in. */
  password: string | null;
  isDisabled: boolean;
  hideReceipts: boolean;
  shownAs: OwnPresence['state'];
  status: Status | null;
  lastSeenAt: string | null;
  readonly ownLog: OwnEntry[];
  /** When the own log went on last. */
  ownTick: number;
}

export interface OwnEntry {
  readonly seq: number;
  readonly kind: OwnEventKind;
  readonly at: string;
  readonly target: UserId | null;
  readonly opId: string;
}

export interface SessionRow {
  readonly id: SessionId;
  readonly userId: UserId;
  readonly createdAt: string;
  lastUsedAt: string;
  readonly userAgent: string | null;
  hasEnded: boolean;
}

export interface RefreshToken {
  readonly sessionId: SessionId;
  /** Milliseconds since 1970; null while it was not used. */
  usedAt: number | null;
  successor: string | null;
}

/** A conversation: its log, and the rows the log has led to. */
export interface Log {
  readonly id: ConversationId;
  /** As its row stands; what is derived (state, settings, count) is put to it when it is told. */
  row: Omit<Conversation, 'state' | 'settings' | 'memberCount'>;
  state: 'active' | 'archived' | 'deleted';
  roleRights: readonly number[];
  /** Above 0 where history begins with coming in: the seq by which the latest member came. */
  hiddenBelow: number;
  /** The entry of seq n stands at n - 1. */
  readonly entries: Entry[];
  readonly messages: Map<MessageId, MessageRow>;
  /** Messages of the conversation itself, in the order of ord. */
  readonly main: MessageId[];
  readonly members: Map<UserId, MemberRow>;
  /** By root. */
  readonly threads: Map<MessageId, ThreadRow>;
  /** By root and person. */
  readonly ownThreads: Map<string, OwnThreadRow>;
  readonly bans: Map<UserId, BanRow>;
  /** Commands by actor and name. */
  readonly done: Map<string, Entry>;
  lastActivityAt: string;
  movedTick: number;
}

export interface Entry {
  readonly seq: number;
  readonly kind: EventKind;
  readonly at: string;
  readonly actorId: UserId | null;
  readonly targets: readonly string[];
}

export interface MessageRow {
  /** Replaced, never changed: events hold what it was. */
  message: Message;
  versions: MessageVersion[];
  /** Who reacted, removed ones included. */
  readonly reactions: ReactionRow[];
  /** What it said when it was deleted, while it can be brought back. */
  kept: { readonly version: MessageVersion; readonly deletedBy: UserId; readonly until: number } | null;
}

export interface ReactionRow {
  readonly userId: UserId;
  readonly emoji: string;
  rev: number;
  at: string;
  isRemoved: boolean;
}

export interface MemberRow {
  place: Member;
  status: 'active' | 'left' | 'removed' | 'banned';
  leftSeq: number | null;
  readSeq: number;
  readOrd: number;
  deliveredSeq: number;
  unreadFromSeq: number | null;
  markTick: number;
}

export interface ThreadRow {
  thread: Thread;
  /** In the order of ord. */
  readonly replies: MessageId[];
}

export interface OwnThreadRow {
  /** Null where they never said: who wrote the root follows then. */
  isFollowed: boolean | null;
  readOrd: number;
  readSeq: number;
}

export interface BanRow {
  readonly bannedBy: UserId;
  readonly at: string;
  readonly until: string | null;
}

export function emptyState(epoch: string): State {
  return {
    epoch,
    tick: 0,
    lastMicros: 0,
    people: new Map(),
    sessions: new Map(),
    refreshTokens: new Map(),
    resets: new Map(),
    logs: new Map(),
    blocks: new Map(),
  };
}
