/**
 * One view of the database for everything an answer consists of: where a conversation's head stands, the rows below it and what goes beside them must
 * not come from different moments, or a client would take a cursor for rows it never got.
 */
import type { ConversationId } from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import type { Database, Tx } from '../db/database.js';
import { endOfStatePage, upTo } from '../eventlog/state-page.js';
import type { Context, TakeSnapshot } from './context.js';
import { createLogReader } from './log-reader.js';
import { createOwnLogReader } from './own-log-reader.js';
import type { Registry } from './registry.js';
import type { StatePageRows, StateRange, StateSources } from './state-source.js';

/** Binds snapshots to what answers are made of, for one caller. */
export function createTakeSnapshot(options: {
  readonly database: Database;
  readonly registry: Registry;
  readonly ctx: Context & { readonly actor: Actor };
}): TakeSnapshot {
  const { database, registry, ctx } = options;
  return (work) =>
    database.snapshot((db) =>
      work({
        db,
        log: createLogReader(registry, { ...ctx, db }),
        readOwnLog: createOwnLogReader(registry, { ...ctx, db }),
        readState: (conversationId, range) => readState(registry.state, db, { conversationId, ...range }),
      }),
    );
}

async function readState(
  sources: StateSources,
  db: Tx,
  page: StateRange & { readonly conversationId: ConversationId; readonly head: number },
): Promise<{ rows: StatePageRows; to: number }> {
  const { conversationId, head, ...range } = page;
  // One after the other: a transaction has one connection.
  const conversation = await sources.conversation(db, conversationId, range);
  const messages = await sources.messages(db, conversationId, range);
  const members = await sources.members(db, conversationId, range);
  const threads = await sources.threads(db, conversationId, range);
  const to = endOfStatePage([conversation, messages, members, threads], { limit: range.limit, head });
  return {
    rows: {
      conversation: upTo(conversation, to),
      messages: upTo(messages, to),
      members: upTo(members, to),
      threads: upTo(threads, to),
    },
    to,
  };
}
