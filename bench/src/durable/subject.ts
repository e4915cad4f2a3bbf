import type { Target } from '../generator/messages.js';
import type { Databases } from '../lib/databases.js';
import type { Statements } from '../lib/statements.js';

export const conversationCount = 100;
export const membersPerConversation = 10;

/** A server that takes the load of `durable`. */
export interface Subject {
  readonly name: string;
  /** Which table it belongs to. */
  readonly database: 'PostgreSQL' | 'embedded';
  /** Whether every message has a place in its conversation, 1..n without a hole. What has none is checked for the rest. */
  readonly hasSeqs: boolean;
  /** Work that is done once and used by every run. Throws when the subject cannot run here. */
  prepare(environment: SubjectEnvironment): Promise<void>;
  /** A fresh database and a server on it. */
  start(environment: SubjectEnvironment): Promise<RunningSubject>;
}

export interface SubjectEnvironment {
  readonly databases: Databases;
  /** An empty folder that is removed at the end. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Options for the server's node, as `--cpu-prof`. */
  readonly nodeArgs: readonly string[];
  /** Only while profiling. */
  readonly statements?: Statements | undefined;
}

export interface RunningSubject {
  readonly pid: number;
  readonly target: Target;
  /** What the database holds, one entry a conversation in the order of the target's. */
  readRows(): Promise<StoredRows[]>;
  stop(): Promise<void>;
}

/** The messages of one conversation as stored. Seqs are -1 where there are none. */
export interface StoredRows {
  readonly count: number;
  /** How many different messages these are. */
  readonly ids: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** The ids of conversations or people made by the bench: valid, distinct, the same in every run. */
export function fixedId(kind: 'conversation' | 'member', index: number): string {
  return `00000000-0000-7000-8${kind === 'conversation' ? '001' : '002'}-${index.toString(16).padStart(12, '0')}`;
}

/** Rows of a query by conversation id, in the order of the ids; nothing stored counts as zero rows. */
export function inOrder(conversationIds: readonly string[], rows: readonly StoredRow[]): StoredRows[] {
  const byId = new Map(rows.map((row) => [row.conversation_id, row]));
  return conversationIds.map((id) => {
    const row = byId.get(id);
    return {
      count: Number(row?.count ?? 0),
      ids: Number(row?.ids ?? 0),
      firstSeq: Number(row?.first_seq ?? -1),
      lastSeq: Number(row?.last_seq ?? -1),
    };
  });
}

/** Counts come as text, because they are bigints. */
export interface StoredRow {
  readonly conversation_id: string;
  readonly count: string;
  readonly ids: string;
  readonly first_seq: string;
  readonly last_seq: string;
}
