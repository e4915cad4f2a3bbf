/**
 * Loads pages of history into the windows. One request per edge is under way at a time; an answer that comes after its window was
 * replaced is thrown away.
 */
import type { ChatContext } from './chat-context.js';
import { addUsers, setPending, setWindow, windowOf } from './chat-state.js';
import {
  applyLatestPage,
  applyNewerPage,
  applyOlderPage,
  emptyWindow,
  hasNewer,
  type MessageWindow,
} from './message-window.js';
import { dropPending } from './pending-messages.js';

const pageSize = 50;

export interface History {
  /** Loads the end of a conversation unless it is there. */
  readonly open: (conversationId: string) => Promise<void>;
  readonly loadLatest: (conversationId: string) => Promise<void>;
  readonly loadOlder: (conversationId: string) => Promise<void>;
  readonly loadNewer: (conversationId: string) => Promise<void>;
}

type Page = Awaited<ReturnType<ChatContext['client']['messages']['list']>>;

export function createHistory(context: ChatContext): History {
  const { state } = context;
  const opening = new Map<string, Promise<void>>();

  function loadLatest(id: string): Promise<void> {
    const running = opening.get(id);
    if (running !== undefined) return running;
    const loading = readLatest(context, id).finally(() => opening.delete(id));
    opening.set(id, loading);
    return loading;
  }

  return {
    open: async (id) => {
      if (windowOf(state.getSnapshot(), id).status !== 'ready') await loadLatest(id);
    },
    loadLatest,
    loadOlder: (id) => readOlder(context, id),
    loadNewer: (id) => readNewer(context, id),
  };
}

async function readLatest({ client, state }: ChatContext, id: string): Promise<void> {
  state.update((value) =>
    setWindow(value, id, (window) =>
      window.status === 'failed' ? { ...window, status: 'waiting' } : window,
    ),
  );
  try {
    const page = await client.messages.list({ conversationId: id, limit: pageSize });
    state.update((value) => {
      const next = setWindow(addUsers(value, Object.values(page.users)), id, (window) =>
        applyLatestPage(window, page),
      );
      return setPending(next, id, (list) => dropPending(list, idsOf(page)));
    });
  } catch {
    // What is on the screen stays there; without anything the conversation says so and offers to try again.
    state.update((value) =>
      setWindow(value, id, (window) =>
        window.status === 'ready' ? window : { ...emptyWindow, status: 'failed' },
      ),
    );
  }
}

async function readOlder({ client, state }: ChatContext, id: string): Promise<void> {
  const { olderCursor, older } = windowOf(state.getSnapshot(), id);
  if (olderCursor === undefined || older === 'loading') return;
  const change = (apply: (window: MessageWindow) => MessageWindow) =>
    state.update((value) =>
      setWindow(value, id, (window) => (window.olderCursor === olderCursor ? apply(window) : window)),
    );
  change((window) => ({ ...window, older: 'loading' }));
  try {
    const page = await client.messages.list({ conversationId: id, limit: pageSize, before: olderCursor });
    state.update((value) => addUsers(value, Object.values(page.users)));
    change((window) => applyOlderPage(window, page));
  } catch {
    change((window) => ({ ...window, older: 'failed' }));
  }
}

async function readNewer({ client, state }: ChatContext, id: string): Promise<void> {
  const window = windowOf(state.getSnapshot(), id);
  const last = window.items.at(-1);
  if (last === undefined || window.newer === 'loading' || !hasNewer(window)) return;
  const change = (apply: (window: MessageWindow) => MessageWindow) =>
    state.update((value) =>
      setWindow(value, id, (now) => (now.items.some((item) => item.id === last.id) ? apply(now) : now)),
    );
  change((now) => ({ ...now, newer: 'loading' }));
  try {
    const page = await client.messages.list({ conversationId: id, limit: pageSize, after: String(last.seq) });
    state.update((value) =>
      setPending(addUsers(value, Object.values(page.users)), id, (list) => dropPending(list, idsOf(page))),
    );
    change((now) => applyNewerPage(now, page));
  } catch {
    change((now) => ({ ...now, newer: 'failed' }));
  }
}

function idsOf(page: Page): ReadonlySet<string> {
  return new Set(page.items.map(({ id }) => id));
}
