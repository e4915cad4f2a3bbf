import type { ChatEvent, ConversationId, TenantId } from '@parley/protocol';
import { sql } from 'kysely';
import type { Executor } from '../db/database.js';
import type { Pull } from '../fanout/feed.js';
import { toRuns } from '../fanout/from-log.js';
import type { Context } from './context.js';
import { createLogReader } from './log-reader.js';
import type { Registry } from './registry.js';

const pageSize = 200;

/** How a node reads what it missed of a conversation: as events with what they touched in its present state. Nothing for one that is gone. */
export function createPull(registry: () => Registry, ctx: Omit<Context, 'include'>): Pull {
  return async (conversationId, after) => {
    const tenantId = await findTenantId(ctx.db, conversationId);
    if (tenantId === undefined) return { publications: [], to: after, head: after };
    const log = createLogReader(registry(), { ...ctx, include: registry().includes, actor: { tenantId } });
    const range = { after, limit: pageSize, visibleFrom: 0 };
    const { events, to, head, hiddenBelow } = await log.read(conversationId, range);
    const { messagesOf } = registry();
    const isWithheld = (event: ChatEvent): boolean => messagesOf(event).some(({ seq }) => seq < hiddenBelow);
    return { publications: toRuns(events, isWithheld), to, head };
  };
}

async function findTenantId(db: Executor, conversationId: ConversationId): Promise<TenantId | undefined> {
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select tenant_id from parley.conversation_heads where conversation_id = ${conversationId}`.execute(db);
  return rows[0]?.tenant_id;
}
