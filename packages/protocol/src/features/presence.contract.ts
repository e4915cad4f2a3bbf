import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { idList, time, userId } from '../fields.js';

/** Whether somebody is here. People who share no conversation with the caller are always offline and were never seen. */
export const Presence = z.object({
  userId,
  state: z.enum(['online', 'offline']),
  /** When their last connection ended; null while they are online, and where nobody knows or the caller may not. */
  lastSeenAt: time.nullable(),
});
export type Presence = z.output<typeof Presence>;

const maxWatched = 500;

/** An id, or several joined by commas: what a query string can carry. */
const idsInQuery = z
  .string()
  .max(maxWatched * 37)
  .transform((text) => text.split(','))
  .pipe(idList(userId, maxWatched));

export const presenceContract = defineContract('presence', {
  operations: {
    watchPresence: command({
      rest: 'PUT /v1/users/presence/watched',
      summary:
        'Replaces the people whose presence this session is told about while it has a socket, and answers how they are now.',
      repeats: 'none',
      input: z.strictObject({ userIds: idList(userId, maxWatched, 0) }),
      output: z.object({ items: z.array(Presence) }),
      errors: ['too_many_items'],
    }),
    listPresence: query({
      rest: 'GET /v1/users/presence',
      summary: 'How some people are now, given by their ids joined by commas; at most 500.',
      input: z.strictObject({ ids: idsInQuery }),
      output: z.object({ items: z.array(Presence) }),
      errors: ['too_many_items'],
    }),
  },
  events: {},
  signals: { 'presence.changed': z.object({ items: z.array(Presence) }) },
});
