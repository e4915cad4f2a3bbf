import { type ChatClient, type ChatClientOptions, createClient } from './client.js';
import {
  type BuiltInAuth,
  type BuiltInAuthOptions,
  createBuiltInAuth,
} from './features/auth/built-in-auth.js';
import { browserPlatform } from './platform/browser.js';

/** Makes a client. Nothing happens until `connect()` or a call. In Node the package's own entry brings sockets along. */
export function createChatClient(options: ChatClientOptions): ChatClient {
  return createClient(options, browserPlatform());
}

/** Accounts, sessions and tokens of the Parley server itself. */
export function builtInAuth(options: BuiltInAuthOptions): BuiltInAuth {
  return createBuiltInAuth(options, browserPlatform());
}

export {
  type Ack,
  type Block,
  type ChatEvent,
  type Conversation,
  type ConversationId,
  type ConversationSummary,
  directConversationId,
  type ErrorCode,
  type ErrorDetail,
  type EventKind,
  type EventOf,
  type Input,
  limits,
  type Me,
  type Member,
  type Message,
  type MessageId,
  type MessageVersion,
  type OperationName,
  type Output,
  type OwnPresence,
  ParleyError,
  type Preferences,
  type Presence,
  type Reaction,
  type ReactionCount,
  type Receipt,
  type Role,
  type SignalKind,
  type SignalOf,
  type Status,
  type Thread,
  type User,
  type UserId,
  type Users,
  type Watermarks,
} from '@parley/protocol/wire';
export type { Call } from './call.js';
export type { ClientEvents, Learned } from './client-events.js';
export type { CloseReason, ConnectionState } from './connection/connection-state.js';
export type { GetToken } from './connection/get-token.js';
export type { AuthState, BuiltInAuth, BuiltInAuthOptions } from './features/auth/built-in-auth.js';
export type { Blocks } from './features/blocks/blocks.js';
export type { Conversations } from './features/conversations/conversations.js';
export type { Members } from './features/members/members.js';
export type { Messages, NewMessage } from './features/messages/messages.js';
export type { PresenceApi } from './features/presence/presence.js';
export type { Reactions } from './features/reactions/reactions.js';
export type { ReceiptsApi } from './features/receipts/receipts.js';
export type { Threads } from './features/threads/threads.js';
export type { Typing, TypingPlace } from './features/typing/typing.js';
export type { UsersApi } from './features/users/users.js';
export type { CallOptions } from './http.js';
export { ClientClosedError, NetworkError } from './lib/network-error.js';
export type { View } from './lib/view.js';
export type { StorageUser } from './outbox/create-outbox.js';
export type { OutboxDelivery, OutboxOperation } from './outbox/operation.js';
export type { OutboxApi, OutboxSnapshot } from './outbox/outbox.js';
export { OutboxError, type OutboxErrorCode } from './outbox/outbox-error.js';
export { memoryStorage } from './platform/memory-storage.js';
export type { KeyValueStorage, Nudge, Platform, Socket, SocketHandlers } from './platform/platform.js';
export { type AsyncStorageLike, asyncStorage } from './storage/async-storage.js';
export type { ChatStorage } from './storage/chat-storage.js';
export { indexedDbStorage } from './storage/indexed-db-storage.js';
export { memoryChatStorage } from './storage/memory-chat-storage.js';
export type {
  NamedStore,
  OpenStore,
  StorageState,
  StoreChanges,
  StoreEntry,
  StoreKind,
} from './storage/named-store.js';
export { persistentStorage } from './storage/persistent-storage.js';
export type { ChatClient, ChatClientOptions };
