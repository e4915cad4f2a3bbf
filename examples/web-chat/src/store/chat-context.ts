import type { ChatClient } from '@parley/client-sdk';
import type { ChatState } from './chat-state.js';
import type { Observable } from './observable.js';

/** The part of the SDK the store uses. */
export type ChatApi = Pick<
  ChatClient,
  'connection' | 'on' | 'messages' | 'conversations' | 'members' | 'users' | 'outbox' | 'newId'
>;

/** What every part of the store is given. */
export interface ChatContext {
  readonly client: ChatApi;
  readonly state: Observable<ChatState>;
  readonly now: () => Date;
}
