import { type ChatEvent, ParleyError } from '@parley/protocol/wire';
import type { HttpCall } from '../http.js';
import type { SyncOptions } from './sync.js';

const pageSize = 100;

/** Reads changes from the server; a conversation that is hidden from the user is undefined. */
export function createReadChanges(http: HttpCall): SyncOptions['readChanges'] {
  return async (conversationId, since) => {
    try {
      const { items, to, head } = await http('listChanges', { conversationId, since, limit: pageSize });
      // An entry's data is what the contract of its kind says.
      return { events: items as unknown as ChatEvent[], to, head };
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
}
