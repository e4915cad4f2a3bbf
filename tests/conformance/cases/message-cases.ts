import { expect } from 'vitest';
import { asLogPage } from '../../support/log-page.js';
import { callAs, newId, register } from '../../support/people.js';
import {
  asMember,
  type CasesOf,
  inGroup,
  inOwnMessage,
  none,
  ownGroup,
  ownMessage,
  ownThread,
} from './operation-case.js';

/** Messages and what happens to them, and catching up. */
export const messageCases: CasesOf<
  | 'sendMessage'
  | 'sendMessages'
  | 'runBatch'
  | 'editMessage'
  | 'deleteMessage'
  | 'restoreMessage'
  | 'listVersions'
  | 'addReaction'
  | 'removeReaction'
  | 'listReactions'
  | 'listReplies'
  | 'listThreads'
  | 'followThread'
  | 'unfollowThread'
  | 'listMessages'
  | 'getMessage'
  | 'listChanges'
  | 'listOwnChanges'
  | 'sync'
  | 'markRead'
  | 'markDelivered'
  | 'markUnread'
  | 'listReceipts'
  | 'setTyping'
> = {
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
  sendMessages: {
    prepare: async (world) => ({
      as: world.owner,
      input: {
        conversationId: (await ownMessage(world)).conversationId,
        messages: [
          { id: newId(), content: 'one', metadata: { a: 1 } },
          { id: newId(), content: 'two', replyToId: world.message.id },
          { id: newId(), content: 'under nothing', threadId: newId() },
        ],
      },
    }),
    optional: none,
    mayAnswer: ['not_found'],
    holds: ({ items }) =>
      expect(items).toMatchObject([
        { status: 'sent', seq: 3 },
        { status: 'sent', seq: 4 },
        { status: 'refused', code: 'not_found' },
      ]),
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
  restoreMessage: {
    prepare: async (world) => {
      const input = await ownMessage(world);
      await callAs({ url: world.url, person: world.owner }, 'deleteMessage', input);
      return { as: world.owner, input };
    },
    optional: none,
    mayAnswer: ['not_found'],
    holds: (ack, { input }) => expect(ack).toMatchObject({ id: input['messageId'], seq: 4 }),
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
  listThreads: {
    prepare: async (world) => ({
      as: world.member,
      input: { conversationId: (await ownThread(world)).conversationId },
    }),
    optional: () => ({ followed: true, limit: 10, cursor: '100' }),
    mayAnswer: ['not_found', 'invalid_cursor'],
    holds: ({ items, mine }, _prepared, { member, message }) => {
      expect(items).toMatchObject([
        { root: { id: message.id }, lastReply: { content: 'reply' }, participantIds: [member.id] },
      ]);
      expect(mine.threads[message.id]).toEqual({ isFollowed: true, readSeq: 3, unreadCount: 0 });
    },
  },
  followThread: {
    prepare: async (world) => ({ as: world.member, input: await ownThread(world) }),
    optional: none,
    mayAnswer: ['not_found'],
    holds: (own) => expect(own).toEqual({ isFollowed: true, readSeq: 3, unreadCount: 0 }),
  },
  unfollowThread: {
    prepare: async (world) => ({ as: world.member, input: await ownThread(world) }),
    optional: none,
    mayAnswer: ['not_found'],
    holds: (own) => expect(own).toEqual({ isFollowed: false, readSeq: 3, unreadCount: 0 }),
  },
  listMessages: {
    prepare: inGroup,
    optional: ({ message }) => ({
      limit: 10,
      before: '100',
      after: '1',
      around: message.id,
      aroundTime: '2026-11-21T09:00:00+01:00',
    }),
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
    holds: ({ message: found, users }, _prepared, { message, owner }) => {
      expect(found).toMatchObject({ ...message, senderId: owner.id, ord: 1 });
      expect(users[owner.id]?.username).toBe(owner.username);
    },
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
  listOwnChanges: {
    prepare: async ({ url }) => {
      const person = await register(url);
      await callAs({ url, person }, 'updatePreferences', { hideReceipts: true });
      return { as: person, input: { since: 0 } };
    },
    optional: () => ({ limit: 10 }),
    holds: (page) => {
      const preferences = { hideReceipts: true };
      expect(page).toMatchObject({
        mode: 'log',
        items: [{ kind: 'preferences.updated', seq: 1, data: { preferences } }],
        to: 1,
        head: 1,
      });
    },
  },
  runBatch: {
    prepare: async (world) => {
      const { conversationId } = await ownGroup(world);
      const input = { conversationId, id: newId(), content: 'one of several' };
      return { as: world.owner, input: { operations: [{ operation: 'sendMessage', input }] } };
    },
    optional: none,
    mayRepeat: ['operations'],
    holds: ({ items }) => expect(items).toMatchObject([{ status: 'done', result: { seq: 2 } }]),
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
};
