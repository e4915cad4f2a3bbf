import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import { displayName, email, newPassword, password, sessionId, text, time, username } from '../fields.js';
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

/** A log-in that has not ended, as its owner sees it. */
export const OwnSession = z.object({
  id: sessionId,
  createdAt: time,
  /** When it was last refreshed, which clients do about every ten minutes. */
  lastUsedAt: time,
  /** What the browser or app called itself at log-in, up to 200 characters of printable ASCII; null when it did not. */
  userAgent: z.string().nullable(),
  /** Whether the asking token belongs to it. */
  isCurrent: z.boolean(),
});
export type OwnSession = z.output<typeof OwnSession>;

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
      errors: ['username_taken', 'email_taken', 'password_too_common', 'overloaded'],
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
    logoutAll: command({
      rest: 'POST /v1/auth/logout-all',
      summary:
        'Ends all sessions of yours, or all but the one that asks. Their sockets close within seconds.',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ keepCurrent: z.boolean().optional() }),
      output: z.null(),
    }),
    listSessions: query({
      rest: 'GET /v1/sessions',
      summary: 'Your sessions that have not ended, the one used last first, at most a hundred.',
      input: z.strictObject({}),
      output: z.object({ items: z.array(OwnSession) }),
    }),
    revokeSession: command({
      rest: 'DELETE /v1/sessions/:sessionId',
      summary: 'Ends one session of yours. Its sockets close within seconds.',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ sessionId }),
      output: z.null(),
      errors: ['not_found'],
    }),
    changePassword: command({
      rest: 'PUT /v1/users/me/password',
      summary: 'Sets another password and ends all your other sessions.',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ currentPassword: password, newPassword }),
      output: z.null(),
      errors: ['invalid_credentials', 'password_too_common', 'overloaded'],
    }),
    requestPasswordReset: command({
      rest: 'POST /v1/auth/forgot',
      summary:
        'Mails a link for a new password to the address, if somebody has it. Answers the same either way. The link is good once and for an hour; a newer one voids it.',
      access: 'anyone',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ email }),
      output: z.null(),
      errors: ['overloaded'],
    }),
    resetPassword: command({
      rest: 'POST /v1/auth/reset',
      summary: 'Sets a new password with the token of a mailed link, and ends all sessions of that person.',
      access: 'anyone',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ token: z.string().min(20).max(200), newPassword }),
      output: z.null(),
      errors: ['reset_invalid', 'password_too_common', 'overloaded'],
    }),
  },
  events: {},
});
