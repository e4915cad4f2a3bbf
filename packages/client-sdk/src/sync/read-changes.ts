import { type ChatEvent, ParleyError } from '@parley/protocol/wire';
import type { HttpCall } from '../http.js';
import type { ReadChanges } from './changes-page.js';

const pageSize = 100;

/** Reads changes from the server; a conversation that is hidden from the user is undefined. */
export function createReadChanges(http: HttpCall): ReadChanges {
  return async (conversationId, since, mode) => {
    try {
      const page = await http('listChanges', {
        conversationId,
        since,
        limit: pageSize,
        ...(mode === undefined ? {} : { mode }),
      });
      if (page.mode !== 'log') return page;
      // An entry's data is what the contract of its kind says.
      return { mode: 'log', events: page.items as unknown as ChatEvent[], to: page.to, head: page.head };
    } catch (error) {
      if (error instanceof ParleyError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
}
