import * as z from 'zod';
import { defineContract, query } from '../define.js';
import { conversationId, limit, seq, time, userId } from '../fields.js';
import { Users } from './users.contract.js';

/** An entry of a conversation's log with what it touched in its present state. `data` is what the contract of `kind` says. */
export const LogEvent = z.object({
  kind: z.string(),
  conversationId,
  seq,
  at: time,
  /** Who did it; null for the system. */
  actorId: userId.nullable(),
  data: z.unknown(),
});

export const syncContract = defineContract('sync', {
  operations: {
    listChanges: query({
      rest: 'GET /v1/conversations/:conversationId/changes',
      summary:
        'The log of a conversation after a seq, in order and without a hole: what a client asks for after it was away. Ask again from `to` while `to` is below `head`.',
      input: z.strictObject({ conversationId, since: seq, limit: limit.optional() }),
      output: z.object({
        items: z.array(LogEvent),
        users: Users,
        /** The seq this page reaches. */
        to: seq,
        /** The seq of the latest entry when the page was read. */
        head: seq,
      }),
      errors: ['not_found'],
    }),
  },
  events: {},
});
