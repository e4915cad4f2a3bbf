/** What the runner and the generator, a process of its own, say to each other. */
import type { DialectName } from './dialects.js';

export interface Target {
  readonly dialect: DialectName;
  readonly port: number;
  readonly conversationIds: readonly string[];
  readonly members: readonly TargetMember[];
}

export interface TargetMember {
  /** Index into `conversationIds`: every member is in one conversation. */
  readonly conversation: number;
  /** What the greeting shows to be let in. */
  readonly token: string;
}

export interface CaseSpec {
  readonly name: string;
  /** Messages a second, sent when they are due whatever the server does; or so many under way at any moment. */
  readonly load: { readonly ratePerSecond: number } | { readonly outstanding: number };
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** Whose CPU is counted. */
export interface Watched {
  readonly appPid: number;
  readonly postmasterPid: number | undefined;
}

/** One case of one run, as measured inside its window. Latencies count from when a message was due. */
export interface Measured {
  readonly ackedPerSecond: number;
  readonly deliveriesPerSecond: number;
  readonly appCpuUs: number;
  /** Absent where the database lives in the server's process. */
  readonly databaseCpuUs?: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** Part of one core the generator used. Near 1 it is the generator that is measured. */
  readonly generatorCores: number;
  /** Cores that processes used which have no part in the bench. */
  readonly othersCores: number;
}

/** What went over a conversation, for the check at the end. Sums are over a hash of each message's id. */
export interface ConversationLedger {
  readonly sent: number;
  readonly acks: number;
  readonly ackSum: number;
}

export interface MemberLedger {
  readonly conversation: number;
  readonly deliveries: number;
  readonly deliverySum: number;
  /** Depends on the order in which messages came. */
  readonly orderHash: number;
  /** Where the conversation stood when the member connected, and at the last delivery; -1 where the subject has no seqs. */
  readonly baseSeq: number;
  readonly lastSeq: number;
  /** Deliveries whose seq was not the one after the last. */
  readonly misplaced: number;
}

export interface Ledger {
  readonly conversations: readonly ConversationLedger[];
  readonly members: readonly MemberLedger[];
  /** Error answers, lost sockets, frames nobody expected: the first of them in words. */
  readonly errors: readonly string[];
  readonly errorCount: number;
}

export type ToGenerator =
  | { readonly do: 'connect'; readonly target: Target }
  | { readonly do: 'run'; readonly spec: CaseSpec; readonly watched: Watched }
  | { readonly do: 'finish' };

export type FromGenerator =
  | { readonly did: 'connect' }
  | { readonly did: 'run'; readonly measured: Measured }
  | { readonly did: 'finish'; readonly ledger: Ledger }
  | { readonly did: 'fail'; readonly reason: string };
