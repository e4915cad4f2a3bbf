import type {
  BesideMessages,
  Contract,
  ConversationId,
  ErrorCode,
  EventKind,
  EventOf,
  Message,
  OperationName,
  Output,
  OwnEventKind,
  OwnEventOf,
  ParsedInput,
  Right,
} from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import type { Executor, Tx } from '../db/database.js';
import type { Appended } from '../eventlog/append.js';
import type { OwnLogEntry } from '../eventlog/own-log.js';
import type { OperationRequest, PlacedOperation } from './command.js';
import type {
  AnonymousContext,
  ConversationContext,
  EntryLoader,
  ExclusiveContext,
  LogContext,
  OfferedIncludes,
  OwnContext,
  OwnEntryLoader,
  QueryContext,
  ServerContext,
  UserContext,
} from './context.js';
import type { StateSources } from './state-source.js';

/**
 * How an operation is carried out. Every variant names who may call it; there is no default, so an operation without a policy does not
 * compile.
 */
export type Handler<Name extends OperationName> =
  /** Needs no token. */
  | { readonly policy: 'anyone'; run(ctx: AnonymousContext, input: ParsedInput<Name>): Promise<Output<Name>> }
  /** Needs a server key, or the process itself: nobody in particular acts. */
  | { readonly policy: 'server'; run(ctx: ServerContext, input: ParsedInput<Name>): Promise<Output<Name>> }
  /** Needs somebody; what they see is bounded by the handler's own statements. */
  | { readonly policy: 'user'; run(ctx: QueryContext, input: ParsedInput<Name>): Promise<Output<Name>> }
  /** Carries out others, each by its own policy; the kernel does it. */
  | { readonly policy: 'batch' }
  /** Reads in a conversation: `not_found` unless the actor is a member. */
  | {
      readonly policy: 'reader';
      conversation(input: ParsedInput<Name>): ConversationId;
      run(ctx: LogContext, input: ParsedInput<Name>): Promise<Output<Name>>;
    }
  /** Changes what is the caller's own, in a transaction of its own, with the head of their log locked. */
  | {
      readonly policy: 'owner';
      /** What it adds to their log: an id under which something else stands there is taken. */
      readonly entry: OwnEventKind;
      /** Set where it also changes a conversation: it runs alone in that one's lane, whose head it locks after theirs. */
      conversation?(input: ParsedInput<Name>, actor: Actor): ConversationId;
      run(ctx: OwnContext, input: ParsedInput<Name>): Promise<Output<Name>>;
      /** The answer to a repeat of a command that was applied before. */
      repeat(ctx: UserContext, input: ParsedInput<Name>, first: OwnLogEntry): Promise<Output<Name>>;
    }
  /** Makes a conversation, in a transaction of its own. */
  | {
      readonly policy: 'creator';
      conversation(
        input: ParsedInput<Name>,
        by: { readonly actor: Actor; readonly newId: () => string },
      ): ConversationId;
      run(
        ctx: ExclusiveContext,
        input: ParsedInput<Name>,
        conversationId: ConversationId,
      ): Promise<Output<Name>>;
    }
  /** Changes a conversation, in a transaction of its own, with the right proved under the lock. */
  | {
      readonly policy: 'member';
      right(input: ParsedInput<Name>, actor: Actor): Right | 'member';
      /** What it adds to the log: an id under which something else stands there is taken. */
      readonly entry: EventKind;
      conversation(input: ParsedInput<Name>): ConversationId;
      run(ctx: ConversationContext, input: ParsedInput<Name>): Promise<Output<Name>>;
      /** The answer to somebody who is no member; without it, or undefined, they get `not_found`. */
      answerFormer?(ctx: ExclusiveContext, input: ParsedInput<Name>): Promise<Output<Name> | undefined>;
      /** The answer to a repeat of a command that was applied before. */
      repeat(ctx: UserContext, input: ParsedInput<Name>, first: Appended): Promise<Output<Name>>;
    }
  /** Goes into the log through the batcher, in a flush with others; its command's right is proved under the lock. */
  | {
      readonly policy: 'writer';
      request(input: ParsedInput<Name>, actor: Actor): OperationRequest;
      answer(input: ParsedInput<Name>, applied: Appended): Output<Name>;
    }
  /** Several of them in one conversation: they enter its lane together and in order, and each gets a verdict of its own. */
  | {
      readonly policy: 'bulk_writer';
      requests(input: ParsedInput<Name>, actor: Actor): readonly OperationRequest[];
      /** One verdict for each request, in their order. */
      answer(input: ParsedInput<Name>, verdicts: readonly BulkVerdict[]): Output<Name>;
    };

/** What became of one operation of several. */
export type BulkVerdict =
  | ({ readonly status: 'applied' } & Appended)
  | { readonly status: 'refused'; readonly code: ErrorCode };

/** What a feature does about entries of others, in the transaction that adds them, after what they change has changed. */
export type Reaction = (tx: Tx, entries: readonly LoggedEntry[]) => Promise<void>;
/** An entry that was just added. */
export type LoggedEntry = Pick<PlacedOperation, 'conversationId' | 'seq' | 'at' | 'actorId' | 'targets'>;
/** Who reacts to what. */
export type Reactions = ReadonlyMap<EventKind, readonly Reaction[]>;

/** Loads what goes with messages of one conversation: see `BesideMessages`. */
export type BesideLoader = (
  ctx: Pick<UserContext, 'db' | 'actor'>,
  conversationId: ConversationId,
  messages: readonly Message[],
) => Promise<
  Partial<Omit<BesideMessages, 'users' | 'mine'>> & { readonly mine?: Partial<BesideMessages['mine']> }
>;

/** The messages in the data of events, by kind: a page of the log brings what goes with them. */
export type Carries = { readonly [Kind in EventKind]?: (data: EventOf<Kind>['data']) => readonly Message[] };

/** Work a feature repeats by itself, on every node: harmless when two do it at once. */
export interface Schedule {
  /** For the log when it fails. */
  readonly name: string;
  readonly everyMs: number;
  run(db: Executor): Promise<unknown>;
}

/** What loads the entries of one's own log. */
export type OwnEntryLoaders = { readonly [Kind in OwnEventKind]?: OwnEntryLoader };

/** A vertical slice: one contract, its handlers, and what it offers to log and pages. */
export interface Feature {
  readonly name: string;
  readonly handlers: { readonly [Name in OperationName]?: Handler<Name> };
  /** Loaders of the log's entries, by event kind. */
  readonly entries: { readonly [Kind in EventKind]?: EntryLoader };
  /** Loaders of the entries of one's own log, by event kind. */
  readonly ownEntries: OwnEntryLoaders;
  readonly includes: Partial<OfferedIncludes>;
  readonly reacts: { readonly [Kind in EventKind]?: Reaction };
  readonly beside: BesideLoader | undefined;
  readonly state: Partial<StateSources>;
  readonly schedules: readonly Schedule[];
  readonly carries: Carries;
}

interface FeatureParts {
  readonly operation: OperationName;
  readonly event: EventKind;
  readonly ownEvent: OwnEventKind;
}

interface FeatureSpec<Parts extends FeatureParts> {
  readonly handlers: { readonly [Name in Parts['operation']]: Handler<Name> };
  readonly entries?: { readonly [Kind in Parts['event']]: EntryLoader };
  readonly ownEntries?: { readonly [Kind in Parts['ownEvent']]: OwnEntryLoader<OwnEventOf<Kind>['data']> };
  readonly includes?: Partial<OfferedIncludes>;
  /** By the kind of the entries, which may be another feature's. */
  readonly reacts?: { readonly [Kind in EventKind]?: Reaction };
  /** What it has to say beside messages. */
  readonly beside?: BesideLoader;
  /** The rows it adds to what a conversation consists of. */
  readonly state?: Partial<StateSources>;
  readonly schedules?: readonly Schedule[];
  readonly carries?: Carries;
}

/** Ties handlers to a contract; one missing, or one too many, does not compile. */
export function defineFeature<C extends Contract>(
  contract: C,
  spec: FeatureSpec<{
    readonly operation: keyof C['operations'] & OperationName;
    readonly event: keyof C['events'] & EventKind;
    readonly ownEvent: keyof C['ownEvents'] & OwnEventKind;
  }>,
): Feature {
  // The spec has a handler for each operation of the contract, which is a part of all operations.
  return {
    name: contract.name,
    entries: {},
    ownEntries: {},
    includes: {},
    reacts: {},
    beside: undefined,
    state: {},
    schedules: [],
    carries: {},
    ...spec,
  } as Feature;
}
