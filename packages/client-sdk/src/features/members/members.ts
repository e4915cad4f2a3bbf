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
}

export function createMembers(call: Call): Members {
  return {
    list: (input, options) => call('listMembers', input, options),
    add: (input, options) => call('addMembers', input, options),
    remove: (input, options) => call('removeMember', input, options),
  };
}
