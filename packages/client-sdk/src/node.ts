/** What Node gets for `@parley/client-sdk`: the same names as index.ts, with sockets from the `ws` package. */
import { type ChatClient, type ChatClientOptions, createClient } from './client.js';
import {
  type BuiltInAuth,
  type BuiltInAuthOptions,
  createBuiltInAuth,
} from './features/auth/built-in-auth.js';
import { nodePlatform } from './platform/node.js';

export function createChatClient(options: ChatClientOptions): ChatClient {
  return createClient(options, nodePlatform());
}

export function builtInAuth(options: BuiltInAuthOptions): BuiltInAuth {
  return createBuiltInAuth(options, nodePlatform());
}

export { directConversationId, limits, ParleyError } from '@parley/protocol/wire';
export { ClientClosedError, NetworkError } from './lib/network-error.js';
export { OutboxError } from './outbox/outbox-error.js';
export { memoryStorage } from './platform/memory-storage.js';
export { asyncStorage } from './storage/async-storage.js';
export { indexedDbStorage } from './storage/indexed-db-storage.js';
export { memoryChatStorage } from './storage/memory-chat-storage.js';
export { persistentStorage } from './storage/persistent-storage.js';
