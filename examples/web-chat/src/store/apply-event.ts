/** What each event of the SDK changes in the state. Pure: what has to be fetched because of an event is the store's business. */
import type { ClientEvents, Message } from '@parley/client-sdk';
import { addUsers, type ChatState, setPending, setWindow, withEntry } from './chat-state.js';
import {
  dropConversation,
  putChangedMessage,
  putConversation,
  putLatestMessage,
} from './conversation-list.js';
import { applyLive, replaceMessage } from './message-window.js';
import { dropPending } from './pending-messages.js';

export function applyMessageCreated(
  state: ChatState,
  { data: message }: ClientEvents['message.created'],
): ChatState {
  const id = message.conversationId;
  // Replies in threads have pages of their own, which this example does not show.
  if (message.threadId !== null) return state;
  let next = putLatestMessage(state, message);
  if (next.windows.has(id)) next = setWindow(next, id, (window) => applyLive(window, message));
  return setPending(next, id, (list) => dropPending(list, new Set([message.id])));
}

/** Where a lot happens in a conversation that is not open, only its latest message is told: the list shows it. */
export function applyConversationChanged(
  state: ChatState,
  { lastMessage }: ClientEvents['conversation.changed'],
): ChatState {
  return lastMessage === undefined
    ? state
    : putChangedMessage(putLatestMessage(state, lastMessage), lastMessage);
}

/** An edit, a deletion or a reaction: the message as it is now, wherever it is shown. */
export function applyMessageChanged(state: ChatState, message: Message): ChatState {
  const next = putChangedMessage(state, message);
  if (!next.windows.has(message.conversationId)) return next;
  return setWindow(next, message.conversationId, (window) => replaceMessage(window, message));
}

/** After a long absence: rows as they are now. Messages that are new came as events of their own. */
export function applyCaughtUp(
  state: ChatState,
  { conversationId, changes }: ClientEvents['conversation.caughtUp'],
): ChatState {
  let next = addUsers(state, Object.values(changes.users));
  if (changes.conversation !== null) next = putConversation(next, changes.conversation, changes.to);
  next = changes.messages.reduce(applyMessageChanged, next);
  const list = next.members.get(conversationId);
  if (list === undefined) return next;
  const moved = new Set<string>([...changes.members, ...changes.gone].map(({ userId }) => userId));
  const items = [...list.items.filter(({ userId }) => !moved.has(userId)), ...changes.members];
  return { ...next, members: withEntry(next.members, conversationId, { ...list, items }) };
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
  const next = putConversation(state, event.data.conversation, event.seq);
  const list = next.members.get(conversationId);
  if (list === undefined) return next;
  const items = list.items.filter(({ userId }) => !removed.has(userId));
  return { ...next, members: withEntry(next.members, conversationId, { ...list, items }) };
}
