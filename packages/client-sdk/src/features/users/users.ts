import type { Input, Me, Output, User } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface UsersApi {
  readonly me: (options?: CallOptions) => Promise<Me>;
  readonly get: (input: Input<'getUser'>, options?: CallOptions) => Promise<User>;
  /** People whose username or a word of whose display name begins with `q`. */
  readonly search: (input: Input<'searchUsers'>, options?: CallOptions) => Promise<Output<'searchUsers'>>;
}

export function createUsers(call: Call): UsersApi {
  return {
    me: (options) => call('getMe', {}, options),
    get: (input, options) => call('getUser', input, options),
    search: (input, options) => call('searchUsers', input, options),
  };
}
