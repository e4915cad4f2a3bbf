/** What Node gets for `@parley/client-sdk`: the same names as index.ts, with sockets from the `ws` package. */
import { type ChatClient, type ChatClientOptions, createClient } from './client.js';
import {
  type BuiltInAuth,
  type BuiltInAuthOptions,
  createBuiltInAuth,
} from './features/auth/built-in-auth.js';
import { serverUrl } from './lib/server-url.js';
import { nodePlatform } from './platform/node.js';

export function createChatClient(options: ChatClientOptions): ChatClient {
  return createClient({ ...options, platform: { ...nodePlatform(), ...options.platform } });
}

export function builtInAuth(options: BuiltInAuthOptions): BuiltInAuth {
  const platform = { ...nodePlatform(), ...options.platform };
  return createBuiltInAuth({
    url: serverUrl(options.url),
    storage: options.storage ?? platform.storage,
    platform,
  });
}

export { directConversationId, limits, ParleyError } from '@parley/protocol/wire';
export { ClientClosedError, NetworkError } from './lib/network-error.js';
export { memoryStorage } from './platform/memory-storage.js';
