/** Everything the chat shows, as one immutable value. */
import type { ConversationSummary, Member, User } from '@parley/client-sdk';
import { emptyWindow, type MessageWindow } from './message-window.js';
import type { PendingMessage } from './pending-messages.js';

export interface ChatState {
  readonly meId: string;
  readonly users: ReadonlyMap<string, User>;
  readonly list: ListStatus;
  readonly conversations: ReadonlyMap<string, ConversationSummary>;
  /** Ids of conversations, the latest activity first. */
  readonly order: readonly string[];
  readonly windows: ReadonlyMap<string, MessageWindow>;
  readonly pending: ReadonlyMap<string, readonly PendingMessage[]>;
  readonly members: ReadonlyMap<string, MemberList>;
  /** What was typed and not sent, of conversations that are not open. */
  readonly drafts: ReadonlyMap<string, string>;
  /** Conversations that were asked for and are not there (any more). */
  readonly gone: ReadonlySet<string>;
}

export interface ListStatus {
  readonly status: 'waiting' | 'ready' | 'failed';
  readonly nextCursor: string | undefined;
  readonly isLoadingMore: boolean;
}

export interface MemberList {
  readonly status: 'waiting' | 'ready' | 'failed';
  readonly items: readonly Member[];
}

const noPending: readonly PendingMessage[] = [];

export function initialState(meId: string): ChatState {
  return {
    meId,
    users: new Map(),
    list: { status: 'waiting', nextCursor: undefined, isLoadingMore: false },
    conversations: new Map(),
    order: [],
    windows: new Map(),
    pending: new Map(),
    members: new Map(),
    drafts: new Map(),
    gone: new Set(),
  };
}

export function windowOf(state: ChatState, conversationId: string): MessageWindow {
  return state.windows.get(conversationId) ?? emptyWindow;
}

export function pendingOf(state: ChatState, conversationId: string): readonly PendingMessage[] {
  return state.pending.get(conversationId) ?? noPending;
}

/** How many messages of mine wait to be sent, in all conversations. Failed ones wait for me, not for the network. */
export function countWaiting(state: ChatState): number {
  let count = 0;
  for (const list of state.pending.values())
    for (const item of list) if (item.delivery.status === 'waiting') count += 1;
  return count;
}

/** How many would be lost by signing out: waiting and failed. */
export function countUnsent(state: ChatState): number {
  let count = 0;
  for (const list of state.pending.values())
    for (const item of list) if (item.delivery.status !== 'sent') count += 1;
  return count;
}

export function setWindow(
  state: ChatState,
  id: string,
  change: (window: MessageWindow) => MessageWindow,
): ChatState {
  const before = windowOf(state, id);
  const after = change(before);
  return after === before && state.windows.has(id)
    ? state
    : { ...state, windows: withEntry(state.windows, id, after) };
}

export function setPending(
  state: ChatState,
  id: string,
  change: (list: readonly PendingMessage[]) => readonly PendingMessage[],
): ChatState {
  const before = pendingOf(state, id);
  const after = change(before);
  return after === before ? state : { ...state, pending: withEntry(state.pending, id, after) };
}

/** Profiles that came beside something; the larger rev stays. */
export function addUsers(state: ChatState, users: Iterable<User>): ChatState {
  let next: Map<string, User> | undefined;
  for (const user of users) {
    const known = (next ?? state.users).get(user.id);
    if (known !== undefined && known.rev >= user.rev) continue;
    next ??= new Map(state.users);
    next.set(user.id, user);
  }
  return next === undefined ? state : { ...state, users: next };
}

export function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

export function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  if (!map.has(key)) return map;
  const next = new Map(map);
  next.delete(key);
  return next;
}
