import type { Input, Output } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface Threads {
  /** A page of the replies under a message, oldest first. Reply by sending with its id as `threadId`. */
  readonly listReplies: (
    input: Input<'listReplies'>,
    options?: CallOptions,
  ) => Promise<Output<'listReplies'>>;
}

export function createThreads(call: Call): Threads {
  return { listReplies: (input, options) => call('listReplies', input, options) };
}
