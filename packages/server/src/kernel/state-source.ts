/**
 * What a conversation consists of, found by `rev`: the seq that last touched a row. A feature offers its rows as a source; catching up by state merges
 * all of them.
 *
 * - A row is never deleted while its conversation lives. What is taken back stays as a row that says so, or a client that was away would keep it.
 * - One entry of the log may touch many rows. They share its rev, and a page holds all rows of a rev or none: hence the ties.
 */
import type { Conversation, ConversationId, Member, Message, Thread, UserId } from '@parley/protocol';
import type { Executor } from '../db/database.js';

/** Somebody's place in a conversation; without `member` they are no longer in it. */
export interface MemberState {
  readonly userId: UserId;
  readonly rev: number;
  readonly member: Member | null;
}

/** The kinds of rows. */
export interface StateRows {
  readonly conversation: Conversation;
  readonly messages: Message;
  readonly members: MemberState;
  readonly threads: Thread;
}

export type StateKey = keyof StateRows;

/** Part of the rows: those with a rev above `after`, the lowest first. */
export interface StateRange {
  readonly after: number;
  readonly limit: number;
  /** Of messages and threads only those that begin here or later: the reader may not see what was before. */
  readonly visibleFrom: number;
}

/** Rows in the order of rev: at most `limit`, and all that share the rev of the last one (`fetch first n rows with ties`). */
export type ListState<Row> = (
  db: Executor,
  conversationId: ConversationId,
  range: StateRange,
) => Promise<readonly Row[]>;

/** Every kind of rows with what lists it. */
export type StateSources = { readonly [Key in StateKey]: ListState<StateRows[Key]> };

/** The rows of a page, by kind. */
export type StatePageRows = { readonly [Key in StateKey]: readonly StateRows[Key][] };
