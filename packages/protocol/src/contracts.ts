import type * as z from 'zod';
import type { Contract, Operation } from './define.js';
import { authContract } from './features/auth.contract.js';
import { batchContract } from './features/batch.contract.js';
import { blocksContract } from './features/blocks.contract.js';
import { conversationsContract } from './features/conversations.contract.js';
import { membersContract } from './features/members.contract.js';
import { messagesContract } from './features/messages.contract.js';
import { preferencesContract } from './features/preferences.contract.js';
import { presenceContract } from './features/presence.contract.js';
import { reactionsContract } from './features/reactions.contract.js';
import { receiptsContract } from './features/receipts.contract.js';
import { syncContract } from './features/sync.contract.js';
import { threadsContract } from './features/threads.contract.js';
import { typingContract } from './features/typing.contract.js';
import { usersContract } from './features/users.contract.js';
import type { ConversationId, UserId } from './ids.js';

/** Every feature's contract. A feature is registered by its line here, in the server's and in the SDK's list. */
export const contracts = {
  auth: authContract,
  users: usersContract,
  conversations: conversationsContract,
  members: membersContract,
  messages: messagesContract,
  reactions: reactionsContract,
  threads: threadsContract,
  receipts: receiptsContract,
  typing: typingContract,
  presence: presenceContract,
  preferences: preferencesContract,
  blocks: blocksContract,
  batch: batchContract,
  sync: syncContract,
} as const satisfies Record<string, Contract>;

type Union<T> = (T extends unknown ? (value: T) => void : never) extends (value: infer All) => void
  ? All
  : never;
type AllOperations = Union<(typeof contracts)[keyof typeof contracts]['operations']>;
type AllEvents = Union<(typeof contracts)[keyof typeof contracts]['events']>;
type AllSignals = Union<(typeof contracts)[keyof typeof contracts]['signals']>;
type AllOwnEvents = Union<(typeof contracts)[keyof typeof contracts]['ownEvents']>;

export type Operations = { [Name in keyof AllOperations]: AllOperations[Name] };
export type OperationName = keyof Operations;
/** Operations of the deployment's own software; the others are called by people, or by anyone. */
export type ServerOperationName = {
  [Name in OperationName]: Operations[Name]['access'] extends 'server' ? Name : never;
}[OperationName];
/** What a caller gives. */
export type Input<Name extends OperationName> = z.input<Operations[Name]['input']>;
/** What a handler gets: the same, parsed. */
export type ParsedInput<Name extends OperationName> = z.output<Operations[Name]['input']>;
/** What a caller gets. */
export type Output<Name extends OperationName> = z.output<Operations[Name]['output']>;

export type EventKind = keyof AllEvents;
type EventData<Kind extends EventKind> = AllEvents[Kind] extends z.ZodType
  ? z.output<AllEvents[Kind]>
  : never;

/** What every entry of a log carries beside its data. */
export interface EventEnvelope<Kind extends string, Data> {
  readonly kind: Kind;
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly at: string;
  readonly actorId: UserId | null;
  readonly data: Data;
}

export type EventOf<Kind extends EventKind> = EventEnvelope<Kind, EventData<Kind>>;
/** Every durable event, told apart by `kind`. */
export type ChatEvent = { [Kind in EventKind]: EventOf<Kind> }[EventKind];

export type OwnEventKind = keyof AllOwnEvents & string;
type OwnEventData<Kind extends OwnEventKind> = AllOwnEvents[Kind] extends z.ZodType
  ? z.output<AllOwnEvents[Kind]>
  : never;

/** An entry of one's own log with what it touched in its present state. */
export interface OwnEventOf<Kind extends OwnEventKind> {
  readonly kind: Kind;
  readonly seq: number;
  readonly at: string;
  readonly data: OwnEventData<Kind>;
}

/** Every event of one's own log, told apart by `kind`. */
export type OwnEvent = { [Kind in OwnEventKind]: OwnEventOf<Kind> }[OwnEventKind];

export type SignalKind = keyof AllSignals & string;
type SignalData<Kind extends SignalKind> = AllSignals[Kind] extends z.ZodType
  ? z.output<AllSignals[Kind]>
  : never;

/** Something told once, of one conversation or, with null, of none. */
export interface SignalOf<Kind extends SignalKind> {
  readonly kind: Kind;
  readonly conversationId: ConversationId | null;
  readonly data: SignalData<Kind>;
}

/** Every signal, told apart by `kind`. */
export type ChatSignal = { [Kind in SignalKind]: SignalOf<Kind> }[SignalKind];

/** All operations in one record, by name. */
export function listOperations(): ReadonlyMap<
  string,
  { readonly feature: string; readonly operation: Operation }
> {
  const all = new Map<string, { feature: string; operation: Operation }>();
  for (const [feature, contract] of Object.entries(contracts))
    for (const [name, operation] of Object.entries(contract.operations))
      all.set(name, { feature, operation });
  return all;
}
