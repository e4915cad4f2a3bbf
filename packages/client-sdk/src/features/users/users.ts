import type { Input, Me, Output, Profile } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';

export interface UsersApi {
  readonly me: (options?: CallOptions) => Promise<Me>;
  /** Changes what is given of your own profile; null takes away. Others are told by the signal `user.updated`. */
  readonly updateMe: (input: Input<'updateMe'>, options?: CallOptions) => Promise<Me>;
  readonly get: (input: Input<'getUser'>, options?: CallOptions) => Promise<Profile>;
  /** People whose username or a word of whose display name begins with `q`. */
  readonly search: (input: Input<'searchUsers'>, options?: CallOptions) => Promise<Output<'searchUsers'>>;
}

export function createUsers(call: Call): UsersApi {
  return {
    me: (options) => call('getMe', {}, options),
    updateMe: (input, options) => call('updateMe', input, options),
    get: (input, options) => call('getUser', input, options),
    search: (input, options) => call('searchUsers', input, options),
  };
}
