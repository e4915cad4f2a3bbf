import type {
  BesideMessages,
  ChatEvent,
  Conversation,
  ConversationId,
  Me,
  Member,
  Message,
  OpId,
  OwnEvent,
  UserId,
  Users,
} from '@parley/protocol';
import type { Actor, ServerCaller } from '../access/actor.js';
import type { Membership, Reader } from '../access/membership.store.js';
import type { Executor, Tx } from '../db/database.js';
import type { Appended, LockedHead } from '../eventlog/append.js';
import type { OwnLogEntry } from '../eventlog/own-log.js';
import type { LogEntry } from '../eventlog/read.js';
import type { StatePageRows, StateRange } from './state-source.js';

/** Loaders one feature offers to the answers of the others, so that features stay blind to each other. */
export interface Includes {
  /** Profiles by id; ids of nobody are left out. */
  users(db: Executor, actor: Pick<Actor, 'tenantId'>, ids: Iterable<UserId>): Promise<Users>;
  /** A person as they see themselves. Throws `session_revoked` when they are no more. */
  me(db: Executor, owner: Pick<Actor, 'tenantId' | 'userId'>): Promise<Me>;
  /** A conversation as everybody in it sees it. Throws `not_found`. */
  conversation(db: Executor, conversationId: ConversationId): Promise<Conversation>;
  /** Active members who came in by the entry at a seq; none when more than a hundred did. */
  membersJoinedAt(db: Executor, conversationId: ConversationId, seq: number): Promise<Member[]>;
  /** The active members among some people. */
  membersAmong(db: Executor, conversationId: ConversationId, userIds: readonly UserId[]): Promise<Member[]>;
  /** What goes with messages of one conversation for this caller. */
  besideMessages(
    ctx: { readonly db: Executor; readonly actor: Actor },
    conversationId: ConversationId,
    messages: readonly Message[],
  ): Promise<BesideMessages>;
}

/** Includes that one feature each offers; the others are put together by the registry. */
export type OfferedIncludes = Omit<Includes, 'besideMessages'>;

/** What every handler gets. No Fastify, no socket, no Redis: a feature is tested with a database alone. */
export interface Context {
  readonly db: Executor;
  readonly include: Includes;
  readonly newId: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** For operations anyone may call. */
export interface AnonymousContext extends Context {
  /** What the client calls itself, as it came; undefined where a call has no such header. */
  readonly userAgent: string | undefined;
}

/** For operations of the deployment's own software. */
export interface ServerContext extends Context {
  readonly server: ServerCaller;
}

/** For operations that need somebody. */
export interface UserContext extends Context {
  readonly actor: Actor;
}

/** One view of the database, for an answer that consists of more than one read. */
export interface Snapshot {
  readonly db: Tx;
  readonly log: LogReader;
  readonly readOwnLog: ReadOwnLog;
  /** The rows of a conversation that were touched after a seq and up to `to`; on the last page `to` is the head given. */
  readState(
    conversationId: ConversationId,
    range: StateRange & { readonly head: number },
  ): Promise<{ readonly rows: StatePageRows; readonly to: number }>;
}

/** Reads pages of the caller's own log as events, with what they touched in its present state. */
export type ReadOwnLog = (range: { readonly after: number; readonly limit: number }) => Promise<{
  readonly events: readonly OwnEvent[];
  /** The seq this page reaches. */
  readonly to: number;
  /** The seq of the latest entry; 0 before the first. */
  readonly head: number;
}>;

/** Runs reads in one read-only snapshot. Only its `db` may be used inside: the embedded engine has one session. */
export type TakeSnapshot = <T>(work: (snapshot: Snapshot) => Promise<T>) => Promise<T>;

/** For queries. */
export interface QueryContext extends UserContext {
  readonly takeSnapshot: TakeSnapshot;
  /** Aborted when nobody waits for the answer any more. */
  readonly abortSignal: AbortSignal | undefined;
}

/** For reads of the log. */
export interface LogContext extends QueryContext {
  readonly log: LogReader;
  /** The actor as a member: what of it they may see. */
  readonly reader: Reader;
}

/** The page of a conversation's log as events, with what they touched in its present state. */
export interface LogReader {
  read(
    conversationId: ConversationId,
    range: { readonly after: number; readonly limit: number; readonly visibleFrom: number },
  ): Promise<{
    readonly events: ChatEvent[];
    /** Those the events carry. */
    readonly messages: readonly Message[];
    readonly to: number;
    readonly head: number;
    /** Messages below are hidden from one member at least. */
    readonly hiddenBelow: number;
  }>;
}

/** An event on its way to whoever may see it, after the commit. */
export interface Emission {
  readonly event: ChatEvent;
  readonly joins?: readonly UserId[];
  readonly leaves?: readonly UserId[];
}

/** For commands that run in a transaction of their own, alone in their conversation's lane. */
export interface ExclusiveContext extends UserContext {
  readonly tx: Tx;
  readonly opId: OpId | null;
  /** Publishes an event once the transaction has committed. */
  emit(emission: Emission): void;
}

/** The same, in a conversation that exists: locked, the actor's right proved under the lock. */
export interface ConversationContext extends ExclusiveContext {
  readonly head: LockedHead;
  readonly membership: Membership;
  /** Adds the command's entry to the log. */
  append(targets: readonly string[]): Promise<Appended>;
}

/** For changes of what is the caller's own, in a transaction of its own: the head of their log locked. */
export interface OwnContext extends UserContext {
  readonly tx: Tx;
  /** The command's name. */
  readonly opId: OpId;
  /** Adds the command's entry to the caller's log, once at most; not at all where nothing changed. Other devices are told after the commit. */
  append(targets: readonly string[]): Promise<Appended>;
  /** Publishes an entry of the log of the conversation in whose lane this runs, once the transaction has committed. */
  emit(emission: Emission): void;
  /** Has something done on this node once the transaction has committed, such as telling what is stored nowhere. May be lost; not done by a repeat. */
  afterCommit(work: () => void): void;
}

/** Loads what the entries of one kind of somebody's own log touched; an event's data for every entry, by seq. */
export type OwnEntryLoader<Data = unknown> = (
  ctx: UserContext,
  entries: readonly OwnLogEntry[],
) => Promise<ReadonlyMap<number, Data>>;

/** Loads what the log's entries of one kind touched; an event's data for every entry, by seq. */
export type EntryLoader = (
  ctx: Context & { readonly actor: Pick<Actor, 'tenantId'> },
  conversationId: ConversationId,
  entries: readonly LogEntry[],
) => Promise<ReadonlyMap<number, unknown>>;
