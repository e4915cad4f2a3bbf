import type { Input, Output, OwnThread } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface Threads {
  /** A page of the replies under a message, oldest first. Reply by sending with its id as `threadId`. */
  readonly listReplies: (
    input: Input<'listReplies'>,
    options?: CallOptions,
  ) => Promise<Output<'listReplies'>>;
  /** The threads of a conversation, those with the latest reply first; with `followed` only those you follow. */
  readonly list: (input: Input<'listThreads'>, options?: CallOptions) => Promise<Output<'listThreads'>>;
  /** Lets the replies of a thread count as unread for you. */
  readonly follow: (input: Input<'followThread'>, options?: CallOptions) => Promise<OwnThread>;
  readonly unfollow: (input: Input<'unfollowThread'>, options?: CallOptions) => Promise<OwnThread>;
}

export function createThreads(call: Call): Threads {
  return {
    listReplies: (input, options) => call('listReplies', input, options),
    list: (input, options) => call('listThreads', input, options),
    follow: (input, options) => call('followThread', input, options),
    unfollow: (input, options) => call('unfollowThread', input, options),
  };
}
