/** What each event of the SDK changes in the state. Pure: what has to be fetched because of an event is the store's business. */
import type { ClientEvents } from '@parley/client-sdk';
import { addUsers, type ChatState, setPending, setWindow, withEntry } from './chat-state.js';
import { dropConversation, putConversation, putLatestMessage } from './conversation-list.js';
import { applyLive } from './message-window.js';
import { dropPending } from './pending-messages.js';

export function applyMessageCreated(
  state: ChatState,
  { data: message }: ClientEvents['message.created'],
): ChatState {
  const id = message.conversationId;
  let next = putLatestMessage(state, message);
  if (next.windows.has(id)) next = setWindow(next, id, (window) => applyLive(window, message));
  return setPending(next, id, (list) => dropPending(list, new Set([message.id])));
}

export function applyConversationCreated(
  state: ChatState,
  event: ClientEvents['conversation.created'],
): ChatState {
  const withUsers = addUsers(state, Object.values(event.data.users));
  return putConversation(withUsers, event.data.conversation, event.seq);
}

export function applyMembersAdded(state: ChatState, event: ClientEvents['members.added']): ChatState {
  const { conversation, members, users } = event.data;
  let next = putConversation(addUsers(state, Object.values(users)), conversation, event.seq);
  const list = next.members.get(event.conversationId);
  if (list === undefined) return next;
  const added = new Set<string>(members.map(({ userId }) => userId));
  const items = [...list.items.filter(({ userId }) => !added.has(userId)), ...members];
  next = { ...next, members: withEntry(next.members, event.conversationId, { ...list, items }) };
  return next;
}

export function applyMembersRemoved(state: ChatState, event: ClientEvents['members.removed']): ChatState {
  const { conversationId } = event;
  const removed = new Set<string>(event.data.userIds);
  if (removed.has(state.meId)) return dropConversation(state, conversationId);
  let next = state;
  const known = next.conversations.get(conversationId);
  if (known !== undefined && known.rev < event.seq) {
    const summary = {
      ...known,
      memberCount: Math.max(0, known.memberCount - removed.size),
      rev: event.seq,
      lastSeq: Math.max(known.lastSeq, event.seq),
    };
    next = { ...next, conversations: withEntry(next.conversations, conversationId, summary) };
  }
  const list = next.members.get(conversationId);
  if (list === undefined) return next;
  const items = list.items.filter(({ userId }) => !removed.has(userId));
  return { ...next, members: withEntry(next.members, conversationId, { ...list, items }) };
}
