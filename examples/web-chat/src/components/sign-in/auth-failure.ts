import { ParleyError } from '@parley/client-sdk';

/** Why signing in or registering did not work, beside the field it is about. */
export interface AuthFailure {
  readonly field: 'username' | 'displayName' | 'password' | 'form';
  readonly text: string;
}

const usernameRule = 'Use 3 to 32 lower-case letters, digits, dots, dashes or underscores.';

export function toAuthFailure(error: unknown): AuthFailure {
  if (!(error instanceof ParleyError))
    return { field: 'form', text: 'The server cannot be reached. Check the connection and try again.' };
  switch (error.code) {
    case 'invalid_credentials':
      return { field: 'password', text: 'The username or the password is wrong.' };
    case 'username_taken':
      return { field: 'username', text: 'This username is taken. Choose another.' };
    case 'validation_failed':
    case 'invalid_text':
      return toFieldFailure(error);
    case 'rate_limited':
    case 'overloaded':
      return { field: 'form', text: 'The server is busy. Try again in a moment.' };
    default:
      return { field: 'form', text: 'Something went wrong. Try again.' };
  }
}

function toFieldFailure({ details }: ParleyError): AuthFailure {
  switch (details?.[0]?.path) {
    case 'username':
      return { field: 'username', text: usernameRule };
    case 'password':
      return { field: 'password', text: 'Use at least 12 characters.' };
    case 'displayName':
      return { field: 'displayName', text: 'This name holds characters that names cannot have.' };
    default:
      return { field: 'form', text: 'Something in the form is not accepted.' };
  }
}
