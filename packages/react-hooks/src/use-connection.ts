import type { ConnectionState } from '@parley/client-sdk';
import { useChatClient } from './provider.js';
import { useView } from './use-view.js';

/** What the connection is doing, `{ status: 'online', userId }` and so on. */
export function useConnection(): ConnectionState {
  return useView(useChatClient().connection);
}
