import { contracts, type Message, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import { listMessagesById, listVisibleMessages } from '../../eventlog/message-row.js';
import type { EntryLoader, UserContext } from '../../kernel/context.js';
import { defineFeature } from '../../kernel/define-feature.js';
import { requestDeletion } from './delete-message.js';
import { requestEdit } from './edit-message.js';
import { readPage } from './message-pages.js';
import { deletePurgeableVersions, listMessageVersions } from './message-versions.store.js';
import { findMessage, listMessagesAt } from './messages.store.js';
import { requestRestoring } from './restore-message.js';
import { requestSend } from './send-message.js';
import { listTouchedMessages } from './touched-messages.store.js';
import { withThreads } from './with-threads.js';

/** Messages: sending, changing and deleting them, which the batcher carries out, and reading history. */
export const messagesFeature = defineFeature(contracts.messages, {
  handlers: {
    sendMessage: {
      policy: 'writer',
      request: requestSend,
      answer: ({ id }, { seq, at }) => ({ id, seq, at }),
    },
    sendMessages: {
      policy: 'bulk_writer',
      requests: ({ conversationId, messages }, actor) =>
        messages.map((message) => requestSend({ conversationId, ...message }, actor)),
      answer: (_input, verdicts) => ({
        items: verdicts.map((verdict) =>
          verdict.status === 'refused'
            ? { status: 'refused', code: verdict.code }
            : { status: 'sent', seq: verdict.seq, at: verdict.at },
        ),
      }),
    },
    editMessage: {
      policy: 'writer',
      request: requestEdit,
      answer: ({ messageId }, { seq, at }) => ({ id: messageId, seq, at }),
    },
    deleteMessage: {
      policy: 'writer',
      request: requestDeletion,
      answer: ({ messageId }, { seq, at }) => ({ id: messageId, seq, at }),
    },
    restoreMessage: {
      policy: 'writer',
      request: requestRestoring,
      answer: ({ messageId }, { seq, at }) => ({ id: messageId, seq, at }),
    },
    listMessages: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: async (ctx, { conversationId, limit = 50, before, after, around, aroundTime }) => {
        const page = await readPage(ctx.db, {
          conversationId,
          viewer: ctx.actor,
          limit,
          before,
          after,
          around,
          aroundTime,
        });
        const [first] = page.items;
        const last = page.items.at(-1);
        return {
          items: page.items,
          ...(await ctx.include.besideMessages(ctx, conversationId, page.items)),
          ...(page.hasBefore && first !== undefined ? { previousCursor: String(first.seq) } : {}),
          ...(page.hasAfter && last !== undefined ? { nextCursor: String(last.seq) } : {}),
        };
      },
    },
    getMessage: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: async (ctx, { conversationId, messageId }) => {
        const message = await findMessage(ctx.db, { conversationId, viewer: ctx.actor }, messageId);
        if (message === undefined) throw new ParleyError('not_found');
        return { message, ...(await ctx.include.besideMessages(ctx, conversationId, [message])) };
      },
    },
    listVersions: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: listVersions,
    },
  },
  entries: {
    'message.created': async ({ db }, conversationId, entries) => {
      const messages = await listMessagesAt(
        db,
        conversationId,
        entries.map((entry) => entry.seq),
      );
      return new Map((await withThreads(db, messages)).map((message) => [message.seq, message]));
    },
    'message.updated': loadTargets(withThreads),
    'message.deleted': loadTargets(withThreads),
  },
  state: { messages: listTouchedMessages },
  carries: {
    'message.created': (message) => [message],
    'message.updated': (message) => [message],
    'message.deleted': (message) => [message],
  },
  schedules: [{ name: 'purge deleted versions', everyMs: 3_600_000, run: deletePurgeableVersions }],
  /** Quotes are resolved on read: what is answered shows as it is now. */
  beside: async ({ db, actor }, conversationId, messages) => {
    const ids = new Set(messages.flatMap(({ replyToId }) => replyToId ?? []));
    if (ids.size === 0) return {};
    const quoted = await listVisibleMessages(db, { conversationId, viewer: actor }, [...ids]);
    return { quotes: Object.fromEntries(quoted.map((message) => [message.id, message])) };
  },
});

/** The message an entry is about, in its present state. */
function loadTargets(
  extend: (db: UserContext['db'], messages: readonly Message[]) => Promise<readonly Message[]>,
): EntryLoader {
  return async ({ db }, conversationId, entries) => {
    const found = await listMessagesById(
      db,
      conversationId,
      entries.flatMap((entry) => entry.targets),
    );
    const messages = new Map(
      (await extend(db, found)).map((message): [string, Message] => [message.id, message]),
    );
    return new Map(entries.map((entry) => [entry.seq, messages.get(entry.targets[0] ?? '')]));
  };
}

/** A message that is deleted has no history but for those who may restore it, so it has none here. */
async function listVersions(
  ctx: UserContext,
  { conversationId, messageId, limit = 50, cursor = '0' }: ParsedInput<'listVersions'>,
): Promise<Output<'listVersions'>> {
  if (!/^\d{1,15}$/.test(cursor)) throw new ParleyError('invalid_cursor');
  const message = await findMessage(ctx.db, { conversationId, viewer: ctx.actor }, messageId);
  if (message === undefined || message.deletedAt !== null) throw new ParleyError('not_found');
  const page = { after: Number(cursor), limit: limit + 1 };
  const versions = await listMessageVersions(ctx.db, { conversationId, messageId }, page);
  const items = versions.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(versions.length > limit && last !== undefined ? { nextCursor: String(last.rev) } : {}),
  };
}
