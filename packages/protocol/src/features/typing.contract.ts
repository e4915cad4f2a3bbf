import * as z from 'zod';
import { command, defineContract } from '../define.js';
import { conversationId, messageId, userId } from '../fields.js';

export const typingContract = defineContract('typing', {
  operations: {
    setTyping: command({
      rest: 'POST /v1/conversations/:conversationId/typing',
      summary:
        'Tells the other members that you are typing, or stopped. Nothing is stored: say it again every 3 seconds; after 6 without a word it is over. More often than that is dropped without an error.',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ conversationId, isTyping: z.boolean(), threadId: messageId.optional() }),
      output: z.null(),
      errors: ['not_found', 'forbidden', 'muted', 'conversation_archived', 'invalid_reference'],
    }),
  },
  events: {},
  signals: {
    typing: z.object({
      userId,
      isTyping: z.boolean(),
      /** The root of the thread it happens in; null for the conversation itself. */
      threadId: messageId.nullable(),
    }),
  },
});
