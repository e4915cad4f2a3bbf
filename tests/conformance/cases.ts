/**
 * For every operation of the contract a call that must succeed, and a value for each optional field of its input. Suites derive what must be
 * refused from it. An operation without a case does not compile, and `coverage.test.ts` fails for a field without a value.
 */
import type { ErrorCode, OperationName, Output } from '@parley/protocol/wire';
import { expect } from 'vitest';
import { createGroup, newId, type Person, register } from '../support/people.js';
import type { World } from './world.js';

export interface OperationCase<Name extends OperationName = OperationName> {
  /** A call that must succeed, with only the fields that must be there. Makes what it needs and is made anew for every use. */
  readonly prepare: (world: World) => Promise<Prepared>;
  /** Values for the other fields, each of which may be added to the prepared input alone. */
  readonly optional: (world: World) => Readonly<Record<string, unknown>>;
  /** What must be true of the output beyond its schema. */
  readonly holds: (output: Output<Name>, prepared: Prepared, world: World) => void;
  /** Errors that a text or number which fits no rule may also get: it may be well-formed and name nothing. */
  readonly mayAnswer?: readonly ErrorCode[];
  /** Fields whose text may be empty. */
  readonly mayBeEmpty?: readonly string[];
}

export interface Prepared {
  readonly as: Person | undefined;
  readonly input: Readonly<Record<string, unknown>>;
}

const none = () => ({});

const asMember =
  (input: (world: World) => object) =>
  async (world: World): Promise<Prepared> => ({
    as: world.member,
    input: { ...input(world) },
  });

const inGroup = asMember(({ group }) => ({ conversationId: group.id }));

/** A group of the owner's that may be changed, with somebody of lower role in it. */
async function ownGroup({ url, owner, member }: World): Promise<{ conversationId: string }> {
  return { conversationId: (await createGroup(url, owner, [member])).id };
}

export const cases: { readonly [Name in OperationName]: OperationCase<Name> } = {
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
  getMe: {
    prepare: asMember(() => ({})),
    optional: none,
    holds: (me, _prepared, { member }) =>
      expect(me).toMatchObject({ id: member.id, username: member.username }),
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
    prepare: asMember(() => ({})),
    optional: () => ({
      limit: 10,
      cursor: Buffer.from(`2026-11-21T09:00:00.000000Z ${newId()}`).toString('base64url'),
    }),
    holds: ({ items }, _prepared, { group }) => expect(items.map(({ id }) => id)).toContain(group.id),
    mayAnswer: ['invalid_cursor'],
  },
  getConversation: {
    prepare: inGroup,
    optional: none,
    holds: (conversation, _prepared, { group, message }) =>
      expect(conversation).toMatchObject({ id: group.id, memberCount: 2, lastMessage: { id: message.id } }),
  },
  listMembers: {
    prepare: inGroup,
    optional: () => ({ limit: 10, cursor: Buffer.from(`1 ${newId()}`).toString('base64url') }),
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
  sendMessage: {
    prepare: async (world) => ({
      as: world.owner,
      input: { ...(await ownGroup(world)), id: newId(), content: 'héllo 👋🏽\n\t' },
    }),
    optional: () => ({ metadata: { replyTo: 'none' } }),
    holds: (ack, { input }) => expect(ack).toMatchObject({ id: input['id'], seq: 2 }),
  },
  listMessages: {
    prepare: inGroup,
    optional: ({ message }) => ({ limit: 10, before: '100', after: '1', around: message.id }),
    holds: ({ items, users }, _prepared, { message, owner }) => {
      expect(items.map(({ id, content }) => ({ id, content }))).toEqual([
        { id: message.id, content: message.content },
      ]);
      expect(users[owner.id]?.username).toBe(owner.username);
    },
    mayAnswer: ['invalid_cursor'],
  },
  getMessage: {
    prepare: asMember(({ group, message }) => ({ conversationId: group.id, messageId: message.id })),
    optional: none,
    holds: (found, _prepared, { message, owner }) =>
      expect(found).toMatchObject({ ...message, senderId: owner.id, ord: 1 }),
  },
  listChanges: {
    prepare: asMember(({ group }) => ({ conversationId: group.id, since: 0 })),
    optional: () => ({ limit: 10 }),
    holds: ({ items, to, head }, _prepared, { message }) => {
      expect(items.map(({ seq, kind }) => [seq, kind])).toEqual([
        [1, 'conversation.created'],
        [2, 'members.removed'],
        [message.seq, 'message.created'],
      ]);
      expect([to, head]).toEqual([3, 3]);
    },
  },
};

/** The case of an operation whose name is only known at run time. */
export function caseOf(name: OperationName): OperationCase {
  // Each case judges the output of its own operation, which is the one it is given.
  return cases[name] as OperationCase;
}
