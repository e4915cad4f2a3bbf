/** Reads the list of conversations page by page, and single conversations that an event or an address names. */
import { type ConversationSummary, ParleyError } from '@parley/client-sdk';
import type { ChatContext } from './chat-context.js';
import { addUsers, type ChatState, type ListStatus } from './chat-state.js';
import { dropConversation, putSummaries } from './conversation-list.js';

export interface ListLoader {
  /** Reads the first page again; what was read before stays until then. */
  readonly refresh: () => Promise<void>;
  readonly loadMore: () => Promise<void>;
  readonly load: (conversationId: string) => Promise<void>;
}

const pageSize = 50;

export function createListLoader(
  context: ChatContext,
  users: { readonly ensure: (ids: readonly string[]) => void },
): ListLoader {
  const { client, state } = context;
  const loading = new Set<string>();
  return {
    refresh: () => refresh(context),
    loadMore: () => loadMore(context),
    async load(conversationId) {
      if (loading.has(conversationId)) return;
      loading.add(conversationId);
      try {
        const summary = await client.conversations.get({ conversationId });
        state.update((value) => putSummaries(value, [summary]));
        users.ensure(peopleOf(summary));
      } catch (error) {
        if (error instanceof ParleyError && error.code === 'not_found')
          state.update((value) => dropConversation(value, conversationId));
      } finally {
        loading.delete(conversationId);
      }
    },
  };
}

async function refresh({ client, state }: ChatContext): Promise<void> {
  try {
    const page = await client.conversations.list({ limit: pageSize });
    state.update((value) => {
      const next = putSummaries(addUsers(value, Object.values(page.users)), page.items);
      // Pages read further down before are still there: their cursor stays.
      const nextCursor = value.list.status === 'ready' ? value.list.nextCursor : page.nextCursor;
      return withList(next, { status: 'ready', nextCursor });
    });
  } catch {
    state.update((value) => (value.list.status === 'ready' ? value : withList(value, { status: 'failed' })));
  }
}

async function loadMore({ client, state }: ChatContext): Promise<void> {
  const { nextCursor, isLoadingMore } = state.getSnapshot().list;
  if (nextCursor === undefined || isLoadingMore) return;
  state.update((value) => withList(value, { isLoadingMore: true }));
  try {
    const page = await client.conversations.list({ limit: pageSize, cursor: nextCursor });
    state.update((value) =>
      withList(putSummaries(addUsers(value, Object.values(page.users)), page.items), {
        nextCursor: page.nextCursor,
        isLoadingMore: false,
      }),
    );
  } catch {
    state.update((value) => withList(value, { isLoadingMore: false }));
  }
}

function withList(state: ChatState, change: Partial<ListStatus>): ChatState {
  return { ...state, list: { ...state.list, ...change } };
}

function peopleOf({ directUserIds, lastMessage }: ConversationSummary): readonly string[] {
  return [...(directUserIds ?? []), ...(lastMessage === null ? [] : [lastMessage.senderId])];
}
