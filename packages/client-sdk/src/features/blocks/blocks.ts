import type { Input, Output, UserId } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface Blocks {
  /** No messages between the two of you alone, no presence, no invitations, either way. Nobody is told who did it. */
  readonly add: (userId: UserId, options?: CallOptions) => Promise<null>;
  /** Takes your block back; theirs, if there is one, stays. */
  readonly remove: (userId: UserId, options?: CallOptions) => Promise<null>;
  /** Whom you have blocked, the latest first. */
  readonly list: (input?: Input<'listBlocks'>, options?: CallOptions) => Promise<Output<'listBlocks'>>;
}

export function createBlocks(call: Call): Blocks {
  return {
    add: (userId, options) => call('blockUser', { userId }, options),
    remove: (userId, options) => call('unblockUser', { userId }, options),
    list: (input = {}, options) => call('listBlocks', input, options),
  };
}
