import {
  CallFrameSchema,
  HelloFrameSchema,
  OpenFrameSchema,
  ParleyError,
  RefreshFrameSchema,
} from '@parley/protocol';
import type * as z from 'zod';
import { parseJson } from '../../lib/json.js';

const schemas = {
  hello: HelloFrameSchema,
  call: CallFrameSchema,
  open: OpenFrameSchema,
  refresh: RefreshFrameSchema,
};

/** A frame as the server reads it. */
export type ParsedFrame =
  | z.output<typeof HelloFrameSchema>
  | z.output<typeof CallFrameSchema>
  | z.output<typeof OpenFrameSchema>
  | z.output<typeof RefreshFrameSchema>
  | { readonly type: 'pong' };

/** A frame that cannot be read, with the id of the call it would have been, so that the caller gets an answer. */
export class FrameError extends ParleyError {
  readonly callId: string | undefined;

  constructor(code: 'invalid_frame' | 'unknown_type', callId: string | undefined, cause?: unknown) {
    super(code, { cause });
    this.callId = callId;
  }
}

/** Reads a frame. Throws what the JSON deserves, {@link FrameError} otherwise. */
export function parseFrame(bytes: Uint8Array): ParsedFrame {
  const value = parseJson(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FrameError('invalid_frame', undefined);
  const fields: { readonly type?: unknown; readonly id?: unknown } = value;
  const callId = typeof fields.id === 'string' && fields.id.length <= 64 ? fields.id : undefined;
  switch (fields.type) {
    case 'pong':
      return { type: 'pong' };
    case 'hello':
    case 'call':
    case 'open':
    case 'refresh': {
      const result = schemas[fields.type].safeParse(value);
      if (!result.success) throw new FrameError('invalid_frame', callId, result.error);
      return result.data;
    }
    default:
      throw new FrameError(typeof fields.type === 'string' ? 'unknown_type' : 'invalid_frame', callId);
  }
}
