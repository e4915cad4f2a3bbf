import {
  type ConversationId,
  contracts,
  type MessageId,
  ParleyError,
  type Watermarks,
} from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import { defineFeature } from '../../kernel/define-feature.js';
import type { Mark } from './mark.js';
import { maxMembersWithReceipts } from './receipt-feed.js';
import type { Receipts } from './receipts.js';
import { listReceipts } from './receipts.store.js';
import { followThreads, listOwnThreads } from './thread-members.store.js';

/**
 * How far people have come: marking read, delivered and unread, and who has read what. Marks need membership and nothing else, also in an archived
 * conversation and from somebody who is muted; the statement that writes them proves it.
 */
export function createReceiptsFeature({ mark }: Pick<Receipts, 'mark'>) {
  return defineFeature(contracts.receipts, {
    handlers: {
      markRead: {
        policy: 'user',
        run: ({ actor }, { conversationId, seq, threadId = null }) =>
          run(mark, { ...markOf(actor, conversationId, threadId), readSeq: seq, unreadFrom: 'clear' }),
      },
      markDelivered: {
        policy: 'user',
        run: ({ actor }, { conversationId, seq }) =>
          run(mark, { ...markOf(actor, conversationId), deliveredSeq: seq }),
      },
      markUnread: {
        policy: 'user',
        run: ({ actor }, { conversationId, fromSeq }) =>
          run(mark, { ...markOf(actor, conversationId), unreadFrom: fromSeq ?? 'latest' }),
      },
      listReceipts: {
        policy: 'reader',
        conversation: ({ conversationId }) => conversationId,
        run: async ({ db, actor }, { conversationId }) => {
          const place = { conversationId, maxMembers: maxMembersWithReceipts };
          const items = await listReceipts(db, actor, place);
          return { items: items ?? [], isOmitted: items === undefined };
        },
      },
    },
    // In the transaction of the reply: who is in a thread must hear of it, whatever becomes of this node.
    reacts: { 'message.created': followThreads },
    beside: async ({ db, actor }, conversationId, messages) => {
      const rootIds = [...new Set(messages.map(({ id, threadId }) => threadId ?? id))];
      return { mine: { threads: await listOwnThreads(db, actor.userId, { conversationId, rootIds }) } };
    },
  });
}

function markOf(actor: Actor, conversationId: ConversationId, threadId: MessageId | null = null): Mark {
  return {
    tenantId: actor.tenantId,
    conversationId,
    userId: actor.userId,
    threadId,
    readSeq: 0,
    deliveredSeq: 0,
    unreadFrom: 'keep',
    sentOrd: null,
  };
}

async function run(mark: Receipts['mark'], wanted: Mark): Promise<Watermarks> {
  const marked = await mark(wanted);
  if (marked === undefined) throw new ParleyError('not_found');
  const { readSeq, deliveredSeq, unreadCount, unreadFromSeq } = marked;
  return { readSeq, deliveredSeq, unreadCount, unreadFromSeq };
}
