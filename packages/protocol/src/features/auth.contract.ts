import * as z from 'zod';
import { command, defineContract } from '../define.js';
import { displayName, email, newPassword, password, text, username } from '../fields.js';
import { Me } from './users.contract.js';

/** What a log-in gives: a short-lived access token, and the refresh token that gets the next one. */
export const Session = z.object({
  user: Me,
  /** A JWT; send it as `Authorization: Bearer`, or in the `hello` of a socket. */
  accessToken: z.string(),
  /** Opaque. Good for one refresh; using it again later ends the session. */
  refreshToken: z.string(),
  /** Seconds until the access token ends. */
  expiresIn: z.int(),
});
export type Session = z.output<typeof Session>;

const refreshToken = z.string().min(20).max(200);

export const authContract = defineContract('auth', {
  operations: {
    register: command({
      rest: 'POST /v1/auth/register',
      summary: 'Makes an account and logs it in.',
      access: 'anyone',
      repeats: 'none',
      status: 201,
      input: z.strictObject({
        username,
        email: email.optional(),
        password: newPassword,
        displayName: displayName.optional(),
      }),
      output: Session,
      errors: ['username_taken', 'email_taken', 'overloaded'],
    }),
    login: command({
      rest: 'POST /v1/auth/login',
      summary: 'Starts a session with a username or e-mail address and a password.',
      access: 'anyone',
      repeats: 'none',
      input: z.strictObject({ login: text(254).min(1), password }),
      output: Session,
      errors: ['invalid_credentials', 'overloaded'],
    }),
    refresh: command({
      rest: 'POST /v1/auth/refresh',
      summary:
        'Trades a refresh token for new tokens. Within 20 seconds the same token gets the same successor, so two tabs do not log each other out; after that, its use ends the session.',
      access: 'anyone',
      repeats: 'none',
      input: z.strictObject({ refreshToken }),
      output: Session,
      errors: ['refresh_invalid', 'refresh_reused'],
    }),
    logout: command({
      rest: 'POST /v1/auth/logout',
      summary: 'Ends the session of a refresh token. Answers the same for a token nobody knows.',
      access: 'anyone',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ refreshToken }),
      output: z.null(),
    }),
  },
  events: {},
});
