import type {
  Contract,
  ConversationId,
  EventKind,
  OperationName,
  Output,
  ParsedInput,
  Right,
} from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import type { Appended } from '../eventlog/append.js';
import type { SendOperation } from '../eventlog/send.js';
import type {
  AnonymousContext,
  ConversationContext,
  EntryLoader,
  ExclusiveContext,
  Includes,
  LogContext,
  UserContext,
} from './context.js';

/**
 * How an operation is carried out. Every variant names who may call it; there is no default, so an operation without a policy does not
 * compile.
 */
export type Handler<Name extends OperationName> =
  /** Needs no token. */
  | { readonly policy: 'anyone'; run(ctx: AnonymousContext, input: ParsedInput<Name>): Promise<Output<Name>> }
  /** Needs somebody; what they see is bounded by the handler's own statements. */
  | { readonly policy: 'user'; run(ctx: UserContext, input: ParsedInput<Name>): Promise<Output<Name>> }
  /** Reads in a conversation: `not_found` unless the actor is a member. */
  | {
      readonly policy: 'reader';
      conversation(input: ParsedInput<Name>): ConversationId;
      run(ctx: LogContext, input: ParsedInput<Name>): Promise<Output<Name>>;
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
      /** The answer to a repeat of a command that was applied before. */
      repeat(ctx: UserContext, input: ParsedInput<Name>, first: Appended): Promise<Output<Name>>;
    }
  /** Goes into the log through the batcher; the right to send is proved under the lock, by the statement that writes. */
  | {
      readonly policy: 'sender';
      operation(input: ParsedInput<Name>, actor: Actor): SendOperation;
      answer(input: ParsedInput<Name>, applied: Appended): Output<Name>;
    };

/** A vertical slice: one contract, its handlers, and what it offers to log and pages. */
export interface Feature {
  readonly name: string;
  readonly handlers: { readonly [Name in OperationName]?: Handler<Name> };
  /** Loaders of the log's entries, by event kind. */
  readonly entries: { readonly [Kind in EventKind]?: EntryLoader };
  readonly includes: Partial<Includes>;
}

interface FeatureSpec<Operations extends OperationName, Events extends EventKind> {
  readonly handlers: { readonly [Name in Operations]: Handler<Name> };
  readonly entries?: { readonly [Kind in Events]: EntryLoader };
  readonly includes?: Partial<Includes>;
}

/** Ties handlers to a contract; one missing, or one too many, does not compile. */
export function defineFeature<C extends Contract>(
  contract: C,
  spec: FeatureSpec<keyof C['operations'] & OperationName, keyof C['events'] & EventKind>,
): Feature {
  // The spec has a handler for each operation of the contract, which is a part of all operations.
  return { name: contract.name, entries: {}, includes: {}, ...spec } as Feature;
}
