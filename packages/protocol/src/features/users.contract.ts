import * as z from 'zod';
import { defineContract, query } from '../define.js';
import { displayName, email, limit, seq, text, time, userId, username } from '../fields.js';

/** A person as everybody in the tenant may see them. */
export const User = z.object({
  id: userId,
  username,
  displayName,
  avatarUrl: z.string().nullable(),
  /** Grows with every change of the profile: of two copies the one with the larger rev is newer. */
  rev: seq,
});
export type User = z.output<typeof User>;

/** A person as they see themselves. */
export const Me = User.extend({ email: email.nullable(), createdAt: time });
export type Me = z.output<typeof Me>;

/** Profiles travel beside pages and events, keyed by user id. */
export const Users = z.record(z.string(), User);
export type Users = z.output<typeof Users>;

export const usersContract = defineContract('users', {
  operations: {
    getMe: query({
      rest: 'GET /v1/users/me',
      summary: 'Your own profile.',
      input: z.strictObject({}),
      output: Me,
    }),
    getUser: query({
      rest: 'GET /v1/users/:userId',
      summary: 'The profile of somebody in your tenant.',
      input: z.strictObject({ userId }),
      output: User,
      errors: ['not_found'],
    }),
    searchUsers: query({
      rest: 'GET /v1/users',
      summary:
        'People whose username or a word of whose display name begins with the text, you excepted. At most 50.',
      input: z.strictObject({ q: text(100), limit: limit.max(50).optional() }),
      output: z.object({ items: z.array(User) }),
    }),
  },
  events: {},
});
