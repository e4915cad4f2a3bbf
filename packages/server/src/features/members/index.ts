import { contracts, type UserId, type Users } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';
import { addMembers } from './add-members.js';
import { banMember, pageOfBans, unbanMember } from './bans.js';
import { decodeCursor, encodeCursor } from './member-cursor.js';
import { listBanSeqs, listMembers, listMembersAmong, listMembersJoinedAt } from './members.store.js';
import { answerWhoLeft, leave, removeMember } from './remove-member.js';
import { listTouchedMembers } from './touched-members.store.js';
import { transferOwnership } from './transfer-ownership.js';
import { rightToUpdate, updateMember } from './update-member.js';

/** Who is in a conversation: listing, adding, removing, leaving, roles and bans. */
export const membersFeature = defineFeature(contracts.members, {
  handlers: {
    listMembers: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: async (ctx, { conversationId, role, limit = 50, cursor }) => {
        const after = cursor === undefined ? undefined : decodeCursor(cursor);
        const rows = await listMembers(ctx.db, conversationId, { role, after, limit: limit + 1 });
        const items = rows.slice(0, limit);
        const last = items.at(-1);
        return {
          items,
          users: await ctx.include.users(
            ctx.db,
            ctx.actor,
            items.map((member) => member.userId),
          ),
          ...(rows.length > limit && last !== undefined ? { nextCursor: encodeCursor(last) } : {}),
        };
      },
    },
    addMembers: {
      policy: 'member',
      right: () => 'add_members',
      entry: 'members.added',
      conversation: ({ conversationId }) => conversationId,
      run: addMembers,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    removeMember: {
      policy: 'member',
      right: ({ userId }, actor) => (userId === actor.userId ? 'member' : 'remove_members'),
      entry: 'members.removed',
      conversation: ({ conversationId }) => conversationId,
      run: removeMember,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    updateMember: {
      policy: 'member',
      right: rightToUpdate,
      entry: 'members.updated',
      conversation: ({ conversationId }) => conversationId,
      run: updateMember,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    leaveConversation: {
      policy: 'member',
      right: () => 'member',
      entry: 'members.removed',
      conversation: ({ conversationId }) => conversationId,
      run: (ctx, { conversationId }) => leave(ctx, conversationId),
      answerFormer: (ctx, { conversationId }) => answerWhoLeft(ctx, conversationId),
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    transferOwnership: {
      policy: 'member',
      right: () => 'manage_members',
      entry: 'members.updated',
      conversation: ({ conversationId }) => conversationId,
      run: transferOwnership,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    banMember: {
      policy: 'member',
      right: () => 'ban',
      entry: 'members.removed',
      conversation: ({ conversationId }) => conversationId,
      run: banMember,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    unbanMember: {
      policy: 'member',
      right: () => 'ban',
      entry: 'members.removed',
      conversation: ({ conversationId }) => conversationId,
      run: unbanMember,
      repeat: async (_ctx, _input, { seq }) => ({ seq }),
    },
    listBans: {
      policy: 'reader',
      conversation: ({ conversationId }) => conversationId,
      run: pageOfBans,
    },
  },
  entries: {
    'members.added': async (ctx, conversationId, entries) => {
      // Targets of these entries are user ids.
      const userIds = entries.flatMap((entry) => entry.targets) as UserId[];
      const [conversation, members, users] = await Promise.all([
        ctx.include.conversation(ctx.db, conversationId),
        listMembersAmong(ctx.db, conversationId, userIds),
        ctx.include.users(ctx.db, ctx.actor, userIds),
      ]);
      return new Map(
        entries.map((entry) => [
          entry.seq,
          {
            conversation,
            members: members.filter((member) => entry.targets.includes(member.userId)),
            users: pick(users, entry.targets),
          },
        ]),
      );
    },
    'members.updated': async (ctx, conversationId, entries) => {
      // Targets of these entries are user ids.
      const userIds = entries.flatMap((entry) => entry.targets) as UserId[];
      const members = await listMembersAmong(ctx.db, conversationId, userIds);
      const users = await ctx.include.users(ctx.db, ctx.actor, userIds);
      return new Map(
        entries.map(({ seq, targets }) => [
          seq,
          {
            members: members.filter((member) => targets.includes(member.userId)),
            users: pick(users, targets),
          },
        ]),
      );
    },
    'members.removed': async (ctx, conversationId, entries) => {
      const conversation = await ctx.include.conversation(ctx.db, conversationId);
      const seqs = entries.map(({ seq }) => seq);
      const bans = await listBanSeqs(ctx.db, conversationId, seqs);
      return new Map(
        entries.map(({ seq, actorId, targets }) => {
          const reason = bans.has(seq) ? 'banned' : actorId === targets[0] ? 'left' : 'removed';
          return [seq, { conversation, userIds: targets, reason }];
        }),
      );
    },
  },
  state: { members: listTouchedMembers },
  includes: { membersJoinedAt: listMembersJoinedAt, membersAmong: listMembersAmong },
});

/** The profiles of some people: an entry carries those it is about, not those of the whole page. */
function pick(users: Users, ids: readonly string[]): Users {
  return Object.fromEntries(
    ids.flatMap((id) => {
      const user = users[id];
      return user === undefined ? [] : [[id, user]];
    }),
  );
}
