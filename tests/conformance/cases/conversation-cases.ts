import { expect } from 'vitest';
import { callAs, createGroup, newId, register } from '../../support/people.js';
import { asMember, type CasesOf, inGroup, none, ownGroup } from './operation-case.js';

/** Conversations and their members. */
export const conversationCases: CasesOf<
  | 'createConversation'
  | 'listConversations'
  | 'getConversation'
  | 'updateConversation'
  | 'archiveConversation'
  | 'unarchiveConversation'
  | 'deleteConversation'
  | 'listMembers'
  | 'addMembers'
  | 'removeMember'
  | 'updateMember'
  | 'leaveConversation'
  | 'transferOwnership'
  | 'banMember'
  | 'unbanMember'
  | 'listBans'
> = {
  createConversation: {
    prepare: asMember(({ owner }) => ({ type: 'group', memberIds: [owner.id] })),
    optional: () => ({
      id: newId(),
      name: 'Harbor',
      description: 'Of boats',
      metadata: { color: 'blue', deep: [{ er: 1 }] },
    }),
    mayBeEmpty: ['description'],
    holds: (conversation, _prepared, { member }) =>
      expect(conversation).toMatchObject({ type: 'group', createdBy: member.id, memberCount: 2, lastSeq: 1 }),
  },
  listConversations: {
    prepare: async ({ url }) => {
      const somebody = await register(url, 'lister');
      await createGroup(url, somebody, []);
      return { as: somebody, input: {} };
    },
    optional: () => ({
      limit: 10,
      cursor: Buffer.from(`2026-11-21T09:00:00.000000Z ${newId()}`).toString('base64url'),
    }),
    holds: ({ items }, { as }) => {
      expect(items.map(({ type, createdBy }) => [type, createdBy])).toEqual([['group', as?.id]]);
    },
    mayAnswer: ['invalid_cursor'],
  },
  getConversation: {
    prepare: inGroup,
    optional: none,
    holds: (conversation, _prepared, { group, message }) =>
      expect(conversation).toMatchObject({ id: group.id, memberCount: 2, lastMessage: { id: message.id } }),
  },
  updateConversation: {
    prepare: async (world) => ({ as: world.owner, input: await ownGroup(world) }),
    optional: () => ({
      name: 'Renamed',
      description: 'Of boats',
      avatarUrl: 'https://example.org/boat.png',
      metadata: { color: 'blue' },
      settings: { history: 'since_join', roleRights: { member: 1 } },
    }),
    mayBeEmpty: ['description'],
    mayBeNull: ['name', 'description', 'avatarUrl', 'metadata'],
    // Without anything to change nothing is logged.
    holds: ({ seq }) => expect(seq).toBe(1),
  },
  archiveConversation: {
    prepare: async (world) => ({ as: world.owner, input: await ownGroup(world) }),
    optional: none,
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  unarchiveConversation: {
    prepare: async (world) => {
      const input = await ownGroup(world);
      await callAs({ url: world.url, person: world.owner }, 'archiveConversation', input);
      return { as: world.owner, input };
    },
    optional: none,
    holds: ({ seq }) => expect(seq).toBe(3),
  },
  deleteConversation: {
    prepare: async (world) => ({ as: world.owner, input: await ownGroup(world) }),
    optional: none,
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  listMembers: {
    prepare: inGroup,
    optional: () => ({ role: 'owner', limit: 10, cursor: Buffer.from(`1 ${newId()}`).toString('base64url') }),
    holds: ({ items }, _prepared, { owner, member }) =>
      expect(new Map(items.map(({ userId, role }) => [userId, role]))).toEqual(
        new Map([
          [owner.id, 'owner'],
          [member.id, 'member'],
        ] as [typeof owner.id, string][]),
      ),
    mayAnswer: ['invalid_cursor'],
  },
  addMembers: {
    prepare: async (world) => ({
      as: world.owner,
      input: { ...(await ownGroup(world)), userIds: [world.stranger.id] },
    }),
    optional: () => ({ role: 'admin' }),
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  removeMember: {
    prepare: async (world) => ({
      as: world.owner,
      input: { ...(await ownGroup(world)), userId: world.member.id },
    }),
    optional: none,
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  updateMember: {
    prepare: async (world) => ({
      as: world.owner,
      input: { ...(await ownGroup(world)), userId: world.member.id },
    }),
    optional: () => ({ role: 'moderator', allow: 8, deny: 1, mutedUntil: '2100-01-01T00:00:00+02:00' }),
    mayBeNull: ['mutedUntil'],
    // Without anything to change nothing is logged.
    holds: ({ seq }) => expect(seq).toBe(1),
  },
  leaveConversation: {
    prepare: async (world) => ({ as: world.member, input: await ownGroup(world) }),
    optional: none,
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  transferOwnership: {
    prepare: async (world) => ({
      as: world.owner,
      input: { ...(await ownGroup(world)), userId: world.member.id },
    }),
    optional: none,
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  banMember: {
    prepare: async (world) => ({
      as: world.owner,
      input: { ...(await ownGroup(world)), userId: world.member.id },
    }),
    optional: () => ({ until: '2100-01-01T00:00:00Z' }),
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  unbanMember: {
    prepare: async (world) => {
      const input = { ...(await ownGroup(world)), userId: world.member.id };
      await callAs({ url: world.url, person: world.owner }, 'banMember', input);
      return { as: world.owner, input };
    },
    optional: none,
    holds: ({ seq }) => expect(seq).toBe(2),
  },
  listBans: {
    prepare: async (world) => {
      const { conversationId } = await ownGroup(world);
      const by = { url: world.url, person: world.owner };
      await callAs(by, 'banMember', { conversationId, userId: world.stranger.id });
      return { as: world.owner, input: { conversationId } };
    },
    optional: () => ({
      limit: 10,
      cursor: Buffer.from(`2100-11-21T09:00:00.000000Z ${newId()}`).toString('base64url'),
    }),
    mayAnswer: ['invalid_cursor'],
    holds: ({ items, users }, _prepared, { owner, stranger }) => {
      expect(items).toMatchObject([{ userId: stranger.id, bannedBy: owner.id, until: null }]);
      expect(Object.keys(users).sort()).toEqual([owner.id, stranger.id].sort());
    },
  },
};
