import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { cursor, limit, page, time, userId } from '../fields.js';
import { Users } from './users.contract.js';

/** Somebody the caller has blocked. Only the caller ever gets it. */
export const Block = z.object({ userId, at: time });
export type Block = z.output<typeof Block>;

export const blocksContract = defineContract('blocks', {
  operations: {
    blockUser: command({
      rest: 'PUT /v1/users/me/blocks/:userId',
      summary:
        'Blocks somebody: no messages between the two of you alone, no presence, no invitations, either way. Doing it again changes nothing; nobody is told who did it.',
      repeats: 'key',
      status: 204,
      input: z.strictObject({ userId }),
      output: z.null(),
      errors: ['not_found', 'id_conflict'],
    }),
    unblockUser: command({
      rest: 'DELETE /v1/users/me/blocks/:userId',
      summary:
        'Takes your block of somebody back; without one nothing changes. What they block themselves stays.',
      repeats: 'key',
      status: 204,
      input: z.strictObject({ userId }),
      output: z.null(),
      errors: ['not_found', 'id_conflict'],
    }),
    listBlocks: query({
      rest: 'GET /v1/users/me/blocks',
      summary: 'Whom you have blocked, the latest first.',
      input: z.strictObject({ limit: limit.optional(), cursor: cursor.optional() }),
      output: z.object({ items: z.array(Block), users: Users, ...page }),
      errors: ['invalid_cursor'],
    }),
  },
  events: {},
  ownEvents: { 'block.added': z.object({ userId }), 'block.removed': z.object({ userId }) },
});
