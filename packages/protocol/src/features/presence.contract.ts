import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { emoji, idList, moment, text, time, userId } from '../fields.js';
import { limits } from '../limits.js';

/** What somebody says of themselves for a while. */
export const Status = z.object({
  emoji: z.string().nullable(),
  text: z.string().nullable(),
  /** When it is over, which those who watch are told then; null for one that stays. */
  until: time.nullable(),
});
export type Status = z.output<typeof Status>;

/** Whether somebody is here. People who share no conversation with the caller are always offline and were never seen, and so are those who are invisible. */
export const Presence = z.object({
  userId,
  state: z.enum(['online', 'away', 'offline']),
  /** When their last connection ended; null while they are here, and where nobody knows or the caller may not. */
  lastSeenAt: time.nullable(),
  status: Status.nullable(),
});
export type Presence = z.output<typeof Presence>;

/** How somebody wants to be seen. It stays until they choose something else. */
export const OwnPresence = z.object({
  /** `online`: as it is, which is `away` after five minutes without doing anything. `away`: not looking while connected. `invisible`: offline to everybody else. */
  state: z.enum(['online', 'away', 'invisible']),
  status: Status.nullable(),
});
export type OwnPresence = z.output<typeof OwnPresence>;

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
    getOwnPresence: query({
      rest: 'GET /v1/users/me/presence',
      summary: 'How you want to be seen.',
      input: z.strictObject({}),
      output: OwnPresence,
    }),
    setPresence: command({
      rest: 'PUT /v1/users/me/presence',
      summary:
        'Says how you want to be seen, and what you say of yourself. Without `status` it stays as it is; null takes it back.',
      repeats: 'key',
      input: z.strictObject({
        state: z.enum(['online', 'away', 'invisible']),
        status: z
          .strictObject({
            emoji: emoji.optional(),
            text: text(limits.statusCodePoints).optional(),
            until: moment.optional(),
          })
          .refine((status) => status.emoji !== undefined || status.text !== undefined, 'says nothing')
          .nullable()
          .optional(),
      }),
      output: OwnPresence,
      errors: ['id_conflict'],
    }),
  },
  events: {},
  ownEvents: { 'presence.chosen': OwnPresence },
  signals: { 'presence.changed': z.object({ items: z.array(Presence) }) },
});
