import type { Input, Output } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface Members {
  /** In the order they came. */
  readonly list: (input: Input<'listMembers'>, options?: CallOptions) => Promise<Output<'listMembers'>>;
  /** Adds people to a group. Those who are members already stay as they are. */
  readonly add: (input: Input<'addMembers'>, options?: CallOptions) => Promise<Output<'addMembers'>>;
  /** Takes somebody out of a group; with your own id, leaves it. */
  readonly remove: (input: Input<'removeMember'>, options?: CallOptions) => Promise<Output<'removeMember'>>;
  /** Changes role, exceptions or mute of somebody of a lower role, or lowers your own role. */
  readonly update: (input: Input<'updateMember'>, options?: CallOptions) => Promise<Output<'updateMember'>>;
  /** Leaves a group. */
  readonly leave: (
    input: Input<'leaveConversation'>,
    options?: CallOptions,
  ) => Promise<Output<'leaveConversation'>>;
  /** Makes another member the owner; you become an admin. */
  readonly transfer: (
    input: Input<'transferOwnership'>,
    options?: CallOptions,
  ) => Promise<Output<'transferOwnership'>>;
  /** Keeps somebody out, until a moment or for good. */
  readonly ban: (input: Input<'banMember'>, options?: CallOptions) => Promise<Output<'banMember'>>;
  /** Lets somebody be added again. */
  readonly unban: (input: Input<'unbanMember'>, options?: CallOptions) => Promise<Output<'unbanMember'>>;
  /** For those who may ban, the latest first. */
  readonly listBans: (input: Input<'listBans'>, options?: CallOptions) => Promise<Output<'listBans'>>;
}

export function createMembers(call: Call): Members {
  return {
    list: (input, options) => call('listMembers', input, options),
    add: (input, options) => call('addMembers', input, options),
    remove: (input, options) => call('removeMember', input, options),
    update: (input, options) => call('updateMember', input, options),
    leave: (input, options) => call('leaveConversation', input, options),
    transfer: (input, options) => call('transferOwnership', input, options),
    ban: (input, options) => call('banMember', input, options),
    unban: (input, options) => call('unbanMember', input, options),
    listBans: (input, options) => call('listBans', input, options),
  };
}
