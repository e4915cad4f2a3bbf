import { expect } from 'vitest';
import { callAs, logIn, newId, register } from '../../support/people.js';
import { asMember, type CasesOf, nobody, none } from './operation-case.js';

/** Accounts, profiles and presence. */
export const accountCases: CasesOf<
  | 'register'
  | 'login'
  | 'refresh'
  | 'logout'
  | 'logoutAll'
  | 'listSessions'
  | 'revokeSession'
  | 'changePassword'
  | 'requestPasswordReset'
  | 'resetPassword'
  | 'getMe'
  | 'updateMe'
  | 'upsertUser'
  | 'revokeUserTokens'
  | 'getUser'
  | 'searchUsers'
  | 'watchPresence'
  | 'getOwnPresence'
  | 'setPresence'
  | 'getPreferences'
  | 'updatePreferences'
  | 'blockUser'
  | 'unblockUser'
  | 'listBlocks'
  | 'listPresence'
> = {
  register: {
    prepare: async () => ({
      as: undefined,
      input: { username: `r-${newId().slice(0, 13)}`, password: 'a long password' },
    }),
    optional: () => ({ email: `${newId()}@example.org`, displayName: 'Someone' }),
    holds: ({ user, expiresIn }, { input }) => {
      expect(user).toMatchObject({
        username: input['username'],
        displayName: input['username'],
        email: null,
      });
      expect(expiresIn).toBeGreaterThan(0);
    },
  },
  login: {
    prepare: async ({ member }) => ({
      as: undefined,
      input: { login: member.username, password: member.password },
    }),
    optional: none,
    holds: ({ user }, _prepared, { member }) => expect(user.id).toBe(member.id),
    mayAnswer: ['invalid_credentials'],
  },
  refresh: {
    prepare: async ({ url }) => ({
      as: undefined,
      input: { refreshToken: (await register(url)).refreshToken },
    }),
    optional: none,
    holds: ({ refreshToken }, { input }) => expect(refreshToken).not.toBe(input['refreshToken']),
    mayAnswer: ['refresh_invalid'],
  },
  logout: {
    prepare: async ({ url }) => ({
      as: undefined,
      input: { refreshToken: (await register(url)).refreshToken },
    }),
    optional: none,
    holds: (output) => expect(output).toBeNull(),
  },
  logoutAll: {
    prepare: async ({ url }) => ({ as: await register(url), input: {} }),
    optional: () => ({ keepCurrent: true }),
    holds: (output) => expect(output).toBeNull(),
  },
  listSessions: {
    prepare: async ({ url }) => ({ as: await register(url), input: {} }),
    optional: none,
    holds: ({ items }) => expect(items).toMatchObject([{ isCurrent: true }]),
  },
  revokeSession: {
    prepare: async ({ url }) => {
      const as = await register(url);
      const { accessToken: token } = await logIn(url, as);
      const { items } = await callAs({ url, person: { ...as, token } }, 'listSessions', {});
      const sessionId = items.find(({ isCurrent }) => isCurrent)?.id ?? '';
      return { as, input: { sessionId } };
    },
    optional: none,
    mayAnswer: ['not_found'],
    holds: (output) => expect(output).toBeNull(),
  },
  changePassword: {
    prepare: async ({ url }) => {
      const as = await register(url);
      return { as, input: { currentPassword: as.password, newPassword: `another ${as.password}` } };
    },
    optional: none,
    mayAnswer: ['invalid_credentials'],
    holds: (output) => expect(output).toBeNull(),
  },
  requestPasswordReset: {
    prepare: async () => ({ as: undefined, input: { email: `${newId()}@example.org` } }),
    optional: none,
    holds: (output) => expect(output).toBeNull(),
  },
  resetPassword: {
    prepare: async (world) => ({
      as: undefined,
      input: { token: await world.resetToken(), newPassword: 'three words nobody has' },
    }),
    optional: none,
    mayAnswer: ['reset_invalid'],
    holds: (output) => expect(output).toBeNull(),
  },
  getMe: {
    prepare: asMember(() => ({})),
    optional: none,
    holds: (me, _prepared, { member }) =>
      expect(me).toMatchObject({ id: member.id, username: member.username }),
  },
  updateMe: {
    prepare: async ({ url }) => ({ as: await register(url), input: {} }),
    optional: () => ({
      username: `u-${newId().slice(0, 13)}`,
      displayName: 'Another',
      avatarUrl: 'https://example.org/me.png',
      bio: 'Counts.',
      locale: 'pt-BR',
      metadata: { team: 'blue' },
    }),
    mayBeEmpty: ['bio'],
    mayBeNull: ['avatarUrl', 'bio', 'locale', 'metadata'],
    // Without anything to change nothing is different.
    holds: (me) => expect(me).toMatchObject({ rev: 1, bio: null }),
  },
  upsertUser: {
    prepare: async ({ server }) => ({ as: server, input: { userId: newId(), displayName: 'Made' } }),
    optional: () => ({
      username: `u-${newId().slice(0, 13)}`,
      email: `${newId()}@example.org`,
      avatarUrl: 'https://example.org/made.png',
      metadata: { plan: 'gold' },
      isDisabled: false,
    }),
    mayBeNull: ['email', 'avatarUrl', 'metadata'],
    // On the socket, where nobody is software: what fits is refused for that.
    mayAnswer: ['forbidden'],
    holds: (user, { input }) =>
      expect(user).toMatchObject({
        id: input['userId'],
        displayName: 'Made',
        email: null,
        isDisabled: false,
      }),
  },
  revokeUserTokens: {
    prepare: async ({ url, server }) => ({ as: server, input: { userId: (await register(url)).id } }),
    optional: none,
    mayAnswer: ['not_found'],
    holds: (output) => expect(output).toBeNull(),
  },
  getUser: {
    prepare: asMember(({ owner }) => ({ userId: owner.id })),
    optional: none,
    holds: (user, _prepared, { owner }) => {
      expect(user).toMatchObject({ id: owner.id, username: owner.username });
      expect(user).not.toHaveProperty('email');
    },
  },
  searchUsers: {
    prepare: asMember(({ owner }) => ({ q: owner.username.slice(0, -2) })),
    optional: () => ({ limit: 50 }),
    mayBeEmpty: ['q'],
    holds: ({ items }, _prepared, { owner, member }) => {
      expect(items.map(({ id }) => id)).toContain(owner.id);
      expect(items.map(({ id }) => id)).not.toContain(member.id);
    },
  },
  watchPresence: {
    prepare: asMember(({ owner }) => ({ userIds: [owner.id, nobody] })),
    optional: none,
    holds: ({ items }, _prepared, { owner }) => {
      expect(items[0]?.userId).toBe(owner.id);
      expect(items[1]).toEqual({ userId: nobody, state: 'offline', lastSeenAt: null, status: null });
    },
  },
  getOwnPresence: {
    prepare: async ({ url }) => ({ as: await register(url), input: {} }),
    optional: none,
    holds: (own) => expect(own).toEqual({ state: 'online', status: null }),
  },
  setPresence: {
    prepare: async ({ url }) => ({ as: await register(url), input: { state: 'invisible' } }),
    optional: () => ({ status: { emoji: ':ship:', text: 'at sea', until: '2100-01-01T00:00:00Z' } }),
    mayBeNull: ['status'],
    holds: (own) => expect(own).toEqual({ state: 'invisible', status: null }),
  },
  getPreferences: {
    prepare: async ({ url }) => ({ as: await register(url), input: {} }),
    optional: none,
    holds: (own) => expect(own).toEqual({ hideReceipts: false }),
  },
  blockUser: {
    prepare: async ({ url }) => ({ as: await register(url), input: { userId: (await register(url)).id } }),
    optional: none,
    holds: (output) => expect(output).toBeNull(),
  },
  unblockUser: {
    prepare: async ({ url }) => {
      const [person, { id: userId }] = [await register(url), await register(url)];
      await callAs({ url, person }, 'blockUser', { userId });
      return { as: person, input: { userId } };
    },
    optional: none,
    holds: (output) => expect(output).toBeNull(),
  },
  listBlocks: {
    prepare: async ({ url }) => {
      const [person, { id: userId }] = [await register(url), await register(url)];
      await callAs({ url, person }, 'blockUser', { userId });
      return { as: person, input: {} };
    },
    optional: () => ({
      limit: 10,
      cursor: Buffer.from(`2099-11-21T09:00:00.000000Z ${newId()}`).toString('base64url'),
    }),
    holds: ({ items, users }) => {
      expect(items).toHaveLength(1);
      expect(Object.keys(users)).toEqual(items.map(({ userId }) => userId));
    },
    mayAnswer: ['invalid_cursor'],
  },
  updatePreferences: {
    prepare: async ({ url }) => ({ as: await register(url), input: {} }),
    optional: () => ({ hideReceipts: true }),
    holds: (own) => expect(own).toEqual({ hideReceipts: false }),
  },
  listPresence: {
    prepare: asMember(({ owner }) => ({ ids: `${owner.id},${nobody}` })),
    optional: none,
    holds: ({ items }, _prepared, { owner }) => {
      expect(items[0]?.userId).toBe(owner.id);
      expect(items[1]).toEqual({ userId: nobody, state: 'offline', lastSeenAt: null, status: null });
    },
  },
};
