/**
 * For every operation of the contract a call that must succeed, and a value for each optional field of its input. Suites derive what must be
 * refused from it. An operation without a case does not compile, and `coverage.test.ts` fails for a field without a value.
 */
import type { ErrorCode, OperationName, Output } from '@parley/protocol/wire';
import { expect } from 'vitest';
import { asLogPage } from '../support/log-page.js';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
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
  /** Fields that take null. */
  readonly mayBeNull?: readonly string[];
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

/**
 * A group of the owner's with a message of theirs in it, which has the id of the world's message: ids of messages are unique in a conversation, so
 * optional fields may refer to it.
 */
async function ownMessage(world: World): Promise<{ conversationId: string; messageId: string }> {
  const { conversationId } = await ownGroup(world);
  const { id } = world.message;
  const input = { conversationId, id, content: 'to be changed' };
  await callAs({ url: world.url, person: world.owner }, 'sendMessage', input);
  return { conversationId, messageId: id };
}

/** An id that is no person's. */
const nobody = '00000000-0000-4000-8000-0000000000aa';

/** The member, in a group of the owner's with one message, at seq 2, that they have not read. */
async function inOwnMessage(world: World, input: object): Promise<Prepared> {
  const { conversationId } = await ownMessage(world);
  return { as: world.member, input: { conversationId, ...input } };
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
      input: {
        conversationId: (await ownMessage(world)).conversationId,
        id: newId(),
        content: 'héllo 👋🏽\n\t',
      },
    }),
    optional: ({ message }) => ({
      metadata: { replyTo: 'none' },
      replyToId: message.id,
      threadId: message.id,
    }),
    mayAnswer: ['invalid_reference', 'not_found'],
    holds: (ack, { input }) => expect(ack).toMatchObject({ id: input['id'], seq: 3 }),
  },
  editMessage: {
    prepare: async (world) => ({
      as: world.owner,
      input: { ...(await ownMessage(world)), content: 'changed' },
    }),
    optional: () => ({ metadata: { edited: true } }),
    mayAnswer: ['not_found'],
    mayBeNull: ['metadata'],
    holds: (ack, { input }) => expect(ack).toMatchObject({ id: input['messageId'], seq: 3 }),
  },
  deleteMessage: {
    prepare: async (world) => ({ as: world.owner, input: await ownMessage(world) }),
    optional: none,
    mayAnswer: ['not_found'],
    holds: (ack, { input }) => expect(ack).toMatchObject({ id: input['messageId'], seq: 3 }),
  },
  listVersions: {
    prepare: async (world) => {
      const input = await ownMessage(world);
      await callAs({ url: world.url, person: world.owner }, 'editMessage', { ...input, content: 'changed' });
      return { as: world.member, input };
    },
    optional: () => ({ limit: 10, cursor: '1' }),
    mayAnswer: ['not_found', 'invalid_cursor'],
    holds: ({ items }) => expect(items.map(({ content }) => content)).toEqual(['to be changed']),
  },
  addReaction: {
    prepare: async (world) => ({
      as: world.member,
      input: { ...(await ownMessage(world)), emoji: '\u{1f44d}' },
    }),
    optional: none,
    mayAnswer: ['not_found'],
    holds: (ack, { input }) => expect(ack).toMatchObject({ id: input['messageId'], seq: 3 }),
  },
  removeReaction: {
    prepare: async (world) => {
      const input = { ...(await ownMessage(world)), emoji: ':ship:' };
      await callAs({ url: world.url, person: world.member }, 'addReaction', input);
      return { as: world.member, input };
    },
    optional: none,
    mayAnswer: ['not_found'],
    holds: (ack, { input }) => expect(ack).toMatchObject({ id: input['messageId'], seq: 4 }),
  },
  listReactions: {
    prepare: async (world) => {
      const input = await ownMessage(world);
      const by = { url: world.url, person: world.member };
      await callAs(by, 'addReaction', { ...input, emoji: ':ship:' });
      return { as: world.owner, input };
    },
    optional: () => ({
      emoji: ':ship:',
      limit: 10,
      cursor: Buffer.from(`2026-11-21T09:00:00.000000Z ${newId()} :ship:`).toString('base64url'),
    }),
    mayAnswer: ['not_found', 'invalid_cursor'],
    holds: ({ items, users }, _prepared, { member }) => {
      expect(items.map(({ emoji, userId }) => [emoji, userId])).toEqual([[':ship:', member.id]]);
      expect(users[member.id]?.username).toBe(member.username);
    },
  },
  listReplies: {
    prepare: async (world) => {
      const input = await ownMessage(world);
      const by = { url: world.url, person: world.member };
      const { conversationId, messageId: threadId } = input;
      await callAs(by, 'sendMessage', { conversationId, threadId, id: newId(), content: 'reply' });
      return { as: world.owner, input };
    },
    optional: () => ({ limit: 10, before: '100', after: '0' }),
    mayAnswer: ['not_found', 'invalid_cursor'],
    holds: ({ items, threads }, { input }) => {
      expect(items.map(({ content, ord }) => [content, ord])).toEqual([['reply', 1]]);
      expect(threads[String(input['messageId'])]?.replyCount).toBe(1);
    },
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
    optional: () => ({ limit: 10, mode: 'log' }),
    holds: (page, _prepared, { message }) => {
      const { items, to, head } = asLogPage(page);
      expect(items.map(({ seq, kind }) => [seq, kind])).toEqual([
        [1, 'conversation.created'],
        [2, 'members.removed'],
        [message.seq, 'message.created'],
      ]);
      expect([to, head]).toEqual([3, 3]);
    },
  },
  sync: {
    prepare: asMember(() => ({})),
    optional: ({ group }) => ({
      epoch: 'another',
      since: '1.1.1:1:',
      open: [{ conversationId: group.id, seq: 0 }],
      waitMs: 1,
    }),
    holds: ({ heads, isReset, changes }, _prepared, { group }) => {
      expect(new Map(heads).get(group.id)).toBe(3);
      expect([isReset, changes]).toEqual([false, {}]);
    },
  },
  markRead: {
    prepare: async (world) => inOwnMessage(world, { seq: 2 }),
    optional: ({ message }) => ({ threadId: message.id }),
    mayAnswer: ['not_found'],
    holds: (marks) =>
      expect(marks).toEqual({ readSeq: 2, deliveredSeq: 2, unreadCount: 0, unreadFromSeq: null }),
  },
  markDelivered: {
    prepare: async (world) => inOwnMessage(world, { seq: 2 }),
    optional: none,
    holds: (marks) =>
      expect(marks).toEqual({ readSeq: 1, deliveredSeq: 2, unreadCount: 1, unreadFromSeq: null }),
  },
  markUnread: {
    prepare: async (world) => inOwnMessage(world, {}),
    optional: () => ({ fromSeq: 1 }),
    holds: (marks) =>
      expect(marks).toEqual({ readSeq: 1, deliveredSeq: 1, unreadCount: 1, unreadFromSeq: 2 }),
  },
  listReceipts: {
    prepare: async (world) => inOwnMessage(world, {}),
    optional: none,
    holds: ({ items, isOmitted }, _prepared, { member, owner }) => {
      expect(isOmitted).toBe(false);
      expect(items.map(({ userId }) => userId)).toEqual([member.id, owner.id].sort());
    },
  },
  setTyping: {
    prepare: async (world) => inOwnMessage(world, { isTyping: true }),
    optional: ({ message }) => ({ threadId: message.id }),
    mayAnswer: ['invalid_reference'],
    holds: () => {},
  },
  watchPresence: {
    prepare: asMember(({ owner }) => ({ userIds: [owner.id, nobody] })),
    optional: none,
    holds: ({ items }, _prepared, { owner }) => {
      expect(items[0]?.userId).toBe(owner.id);
      expect(items[1]).toEqual({ userId: nobody, state: 'offline', lastSeenAt: null });
    },
  },
  listPresence: {
    prepare: asMember(({ owner }) => ({ ids: `${owner.id},${nobody}` })),
    optional: none,
    holds: ({ items }, _prepared, { owner }) => {
      expect(items[0]?.userId).toBe(owner.id);
      expect(items[1]).toEqual({ userId: nobody, state: 'offline', lastSeenAt: null });
    },
  },
};

/** The case of an operation whose name is only known at run time. */
export function caseOf(name: OperationName): OperationCase {
  // Each case judges the output of its own operation, which is the one it is given.
  return cases[name] as OperationCase;
}
