import * as z from 'zod';
import { defineContract, query } from '../define.js';
import { conversationId, limit, messageId, page } from '../fields.js';
import { Message } from '../resources/message.js';
import { besideMessages } from '../resources/message-page.js';

export const threadsContract = defineContract('threads', {
  operations: {
    listReplies: query({
      rest: 'GET /v1/conversations/:conversationId/messages/:messageId/replies',
      summary:
        'A page of the thread under a message, oldest first: the latest replies, or those before or after a cursor. The thread itself is in `threads`.',
      input: z
        .strictObject({
          conversationId,
          messageId,
          limit: limit.optional(),
          before: z.string().max(200).optional(),
          after: z.string().max(200).optional(),
        })
        .refine(
          (given) => given.before === undefined || given.after === undefined,
          'only one of before, after',
        ),
      output: z.object({ items: z.array(Message), ...besideMessages, ...page }),
      errors: ['not_found', 'invalid_cursor'],
    }),
  },
  events: {},
});
