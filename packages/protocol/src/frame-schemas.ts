import * as z from 'zod';
import { conversationId, opId } from './fields.js';

/** Frames that carry input, as the server reads them. The token's and the input's own rules apply later. */
export const HelloFrameSchema = z.strictObject({
  type: z.literal('hello'),
  protocol: z.int(),
  token: z.string().max(4096),
  client: z.string().max(100).optional(),
  resume: z.strictObject({ epoch: z.string().max(64), since: z.string().max(200) }).optional(),
});

export const CallFrameSchema = z.strictObject({
  type: z.literal('call'),
  id: z.string().min(1).max(64),
  operation: z.string().min(1).max(64),
  input: z.unknown().optional(),
  opId: opId.optional(),
});

/** How many there may be is a limit of its own, with an error of its own. */
export const OpenFrameSchema = z.strictObject({
  type: z.literal('open'),
  conversationIds: z.array(conversationId),
});

export const RefreshFrameSchema = z.strictObject({ type: z.literal('refresh'), token: z.string().max(4096) });
