/** The list of conversations: the latest activity first, each once. */
import type { Conversation, ConversationSummary, Message } from '@parley/client-sdk';
import { type ChatState, withEntry, withoutEntry } from './chat-state.js';

/** Adds or replaces summaries. What an event has already moved further is not moved back by an older answer. */
export function putSummaries(state: ChatState, summaries: readonly ConversationSummary[]): ChatState {
  if (summaries.length === 0) return state;
  const conversations = new Map(state.conversations);
  const gone = new Set(state.gone);
  for (const summary of summaries) {
    conversations.set(summary.id, newest(conversations.get(summary.id), summary));
    gone.delete(summary.id);
  }
  return { ...state, conversations, order: sortedIds(conversations), gone };
}

/** A conversation as an event tells it: fields of the conversation itself, without its latest message. */
export function putConversation(state: ChatState, conversation: Conversation, seq: number): ChatState {
  const known = state.conversations.get(conversation.id);
  if (known === undefined) return state;
  const summary: ConversationSummary = {
    ...known,
    ...(conversation.rev >= known.rev ? conversation : {}),
    lastSeq: Math.max(known.lastSeq, seq),
  };
  return { ...state, conversations: withEntry(state.conversations, conversation.id, summary) };
}

/** Moves the conversation of a new message to where it belongs. */
export function putLatestMessage(state: ChatState, message: Message): ChatState {
  const known = state.conversations.get(message.conversationId);
  if (known === undefined || known.lastSeq >= message.seq) return state;
  const summary = { ...known, lastSeq: message.seq, lastMessage: message, lastActivityAt: message.at };
  const conversations = withEntry(state.conversations, message.conversationId, summary);
  return { ...state, conversations, order: sortedIds(conversations) };
}

/** The latest message as it is now, where it is the one that was changed. */
export function putChangedMessage(state: ChatState, message: Message): ChatState {
  const known = state.conversations.get(message.conversationId);
  const shown = known?.lastMessage;
  if (known === undefined || shown?.id !== message.id || shown.rev >= message.rev) return state;
  const summary = { ...known, lastMessage: message };
  return { ...state, conversations: withEntry(state.conversations, message.conversationId, summary) };
}

/** Forgets a conversation and everything kept of it. */
export function dropConversation(state: ChatState, id: string): ChatState {
  const conversations = withoutEntry(state.conversations, id);
  return {
    ...state,
    conversations,
    order: state.order.filter((other) => other !== id),
    windows: withoutEntry(state.windows, id),
    members: withoutEntry(state.members, id),
    pending: withoutEntry(state.pending, id),
    drafts: withoutEntry(state.drafts, id),
    gone: new Set(state.gone).add(id),
  };
}

function newest(known: ConversationSummary | undefined, read: ConversationSummary): ConversationSummary {
  if (known === undefined || known.lastSeq <= read.lastSeq) return read;
  return known.rev >= read.rev ? known : { ...read, ...latestOf(known) };
}

function latestOf({ lastSeq, lastMessage, lastActivityAt }: ConversationSummary) {
  return { lastSeq, lastMessage, lastActivityAt };
}

function sortedIds(conversations: ReadonlyMap<string, ConversationSummary>): readonly string[] {
  return [...conversations.values()]
    .sort((a, b) => compare(b.lastActivityAt, a.lastActivityAt) || compare(a.id, b.id))
    .map(({ id }) => id);
}

/** Times are ISO 8601 in UTC with equally many digits: as text they sort like the moments they name. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
