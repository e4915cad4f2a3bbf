import * as z from 'zod';
import { command, defineContract } from '../define.js';
import type { ErrorCode } from '../errors.js';
import { opId } from '../fields.js';
import { limits } from '../limits.js';

/** A command as the socket's `call` frame has it. */
const BatchedCommand = z.strictObject({
  operation: z.string().max(64),
  input: z.unknown().optional(),
  /** Names the command for ever, where its input has no `id`. */
  opId: opId.optional(),
});

const Outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('done'), result: z.unknown() }),
  z.object({
    status: z.literal('refused'),
    error: z.object({
      code: z.string().transform((code) => code as ErrorCode),
      message: z.string(),
      retryable: z.boolean(),
      retryAfterMs: z.number().optional(),
      details: z.array(z.object({ path: z.string(), rule: z.string() })).optional(),
    }),
  }),
]);
export type BatchOutcome = z.output<typeof Outcome>;

export const batchContract = defineContract('batch', {
  operations: {
    runBatch: command({
      rest: 'POST /v1/batch',
      summary:
        'Carries out commands one after the other, each as if it had been called alone, and answers what became of each. A refusal that may pass by itself ends it: what follows was not tried and has no item.',
      repeats: 'none',
      input: z.strictObject({ operations: z.array(BatchedCommand).min(1).max(limits.batchOperations) }),
      output: z.object({ items: z.array(Outcome) }),
      errors: ['too_many_items'],
    }),
  },
  events: {},
});
