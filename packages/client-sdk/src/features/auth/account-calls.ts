import type { Input, Output } from '@parley/protocol/wire';
import type { HttpCall } from '../../http.js';

/** What people do with their account beside signing in and out. */
export interface AccountCalls {
  /** Ends your sessions on all devices, or with `keepCurrent` on all others. @throws {ParleyError} @throws {NetworkError} */
  readonly logoutAll: (input?: Input<'logoutAll'>) => Promise<void>;
  /** Where you are signed in. @throws {ParleyError} nobody is signed in @throws {NetworkError} */
  readonly listSessions: () => Promise<Output<'listSessions'>>;
  /** Signs one of your devices out. @throws {ParleyError} `not_found` @throws {NetworkError} */
  readonly revokeSession: (input: Input<'revokeSession'>) => Promise<void>;
  /** Signs your other devices out. @throws {ParleyError} `invalid_credentials`, `password_too_common` @throws {NetworkError} */
  readonly changePassword: (input: Input<'changePassword'>) => Promise<void>;
  /** Has a link mailed, if somebody has the address; nobody is told whether. @throws {NetworkError} */
  readonly requestPasswordReset: (input: Input<'requestPasswordReset'>) => Promise<void>;
  /** With the token of the link, from behind the `#`. Nobody is signed in by it. @throws {ParleyError} `reset_invalid`, `password_too_common` */
  readonly resetPassword: (input: Input<'resetPassword'>) => Promise<void>;
}

/** @param forget  signs out here, for a session that was ended with the others */
export function createAccountCalls(call: HttpCall, forget: () => void): AccountCalls {
  return {
    logoutAll: async (input = {}) => {
      await call('logoutAll', input);
      if (input.keepCurrent !== true) forget();
    },
    listSessions: () => call('listSessions', {}),
    revokeSession: async (input) => void (await call('revokeSession', input)),
    changePassword: async (input) => void (await call('changePassword', input)),
    requestPasswordReset: async (input) => void (await call('requestPasswordReset', input)),
    resetPassword: async (input) => void (await call('resetPassword', input)),
  };
}
