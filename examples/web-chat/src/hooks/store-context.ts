import { createContext, useContext, useSyncExternalStore } from 'react';
import type { ChatState } from '../store/chat-state.js';
import type { ChatStore } from '../store/chat-store.js';
import type { Drafts } from '../store/drafts.js';
import type { Announcer } from '../text/announcer.js';

/** What belongs to one signed-in person for as long as they are signed in. */
export interface ChatSession {
  readonly store: ChatStore;
  readonly drafts: Drafts;
  readonly announcer: Announcer;
  /** Signs out; unsent messages of the person are thrown away first. */
  readonly signOut: () => void;
  /** Goes to the sign-in page and keeps what was not sent. */
  readonly signInAgain: () => void;
}

const SessionContext = createContext<ChatSession | undefined>(undefined);

export const ChatSessionProvider = SessionContext.Provider;

export function useChatSession(): ChatSession {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('this component stands inside a ChatSessionProvider');
  return session;
}

/** A part of the state. The selector returns the same object as long as its part did not change. */
export function useChatState<T>(select: (state: ChatState) => T): T {
  const { state } = useChatSession().store;
  return useSyncExternalStore(state.subscribe, () => select(state.getSnapshot()));
}
