import * as z from 'zod';
import { command, defineContract, query } from '../define.js';
import {
  displayName,
  email,
  httpsUrl,
  limit,
  locale,
  metadata,
  seq,
  text,
  time,
  userId,
  username,
} from '../fields.js';
import { limits } from '../limits.js';

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

/** The same, with what somebody says of themselves: read one at a time. */
export const Profile = User.extend({
  bio: z.string().nullable(),
  /** The application's own fields. Everybody in the tenant may read them. */
  metadata: z.record(z.string(), z.unknown()).nullable(),
});
export type Profile = z.output<typeof Profile>;

/** A person as they see themselves. */
export const Me = Profile.extend({
  email: email.nullable(),
  /** The language they read, as BCP 47 has it. */
  locale: z.string().nullable(),
  createdAt: time,
});
export type Me = z.output<typeof Me>;

/** A person as the deployment's own software sees them. */
export const ManagedUser = Me.extend({
  /** Disabled people cannot come in; what they wrote stays. */
  isDisabled: z.boolean(),
});
export type ManagedUser = z.output<typeof ManagedUser>;

/** Profiles travel beside pages and events, keyed by user id. */
export const Users = z.record(z.string(), User);
export type Users = z.output<typeof Users>;

const bio = text(limits.bioCodePoints);

export const usersContract = defineContract('users', {
  operations: {
    getMe: query({
      rest: 'GET /v1/users/me',
      summary: 'Your own profile.',
      input: z.strictObject({}),
      output: Me,
    }),
    updateMe: command({
      rest: 'PATCH /v1/users/me',
      summary:
        'Changes your own profile: what is given is replaced, null takes away. Your sockets and people you share conversations with are told by the signal `user.updated`.',
      repeats: 'none',
      input: z.strictObject({
        username: username.optional(),
        displayName: displayName.optional(),
        avatarUrl: httpsUrl.nullable().optional(),
        bio: bio.nullable().optional(),
        locale: locale.nullable().optional(),
        metadata: metadata.nullable().optional(),
      }),
      output: Me,
      errors: ['username_taken'],
    }),
    getUser: query({
      rest: 'GET /v1/users/:userId',
      summary: 'The profile of somebody in your tenant.',
      input: z.strictObject({ userId }),
      output: Profile,
      errors: ['not_found'],
    }),
    searchUsers: query({
      rest: 'GET /v1/users',
      summary:
        'People whose username or a word of whose display name begins with the text, you excepted. At most 50.',
      input: z.strictObject({ q: text(100), limit: limit.max(50).optional() }),
      output: z.object({ items: z.array(User) }),
    }),
    upsertUser: command({
      rest: 'PUT /v1/users/:userId',
      summary:
        'Makes somebody, or changes what is given of them. Disabling ends their sessions and tokens. For server keys and in process only.',
      access: 'server',
      repeats: 'none',
      input: z.strictObject({
        userId,
        /** Needed to make somebody only where the generated one will not do. */
        username: username.optional(),
        displayName,
        email: email.nullable().optional(),
        avatarUrl: httpsUrl.nullable().optional(),
        metadata: metadata.nullable().optional(),
        isDisabled: z.boolean().optional(),
      }),
      output: ManagedUser,
      errors: ['forbidden', 'not_found', 'id_conflict', 'username_taken', 'email_taken'],
    }),
    revokeUserTokens: command({
      rest: 'DELETE /v1/users/:userId/tokens',
      summary:
        'Ends every session of somebody, and every token issued to them so far, also those of another issuer. They may log in again. For server keys and in process only.',
      access: 'server',
      repeats: 'none',
      status: 204,
      input: z.strictObject({ userId }),
      output: z.null(),
      errors: ['forbidden', 'not_found'],
    }),
  },
  events: {},
  signals: { 'user.updated': z.object({ user: User }) },
});
