import { contracts, ParleyError } from '@parley/protocol';
import { defineFeature } from '../../kernel/define-feature.js';
import { findMe, listUsers, searchUsers } from './users.store.js';

/** Profiles: one's own, those of others, and finding people. */
export const usersFeature = defineFeature(contracts.users, {
  handlers: {
    getMe: {
      policy: 'user',
      run: ({ db, actor, include }) => include.me(db, actor),
    },
    getUser: {
      policy: 'user',
      run: async ({ db, actor }, { userId }) => {
        const [user] = await listUsers(db, actor.tenantId, [userId]);
        if (user === undefined) throw new ParleyError('not_found');
        return user;
      },
    },
    searchUsers: {
      policy: 'user',
      run: async ({ db, actor }, { q, limit = 20 }) => {
        if (q.trim().length === 0) return { items: [] };
        return {
          items: await searchUsers(db, {
            tenantId: actor.tenantId,
            exceptUserId: actor.userId,
            text: q,
            limit,
          }),
        };
      },
    },
  },
  includes: {
    me: async (db, { tenantId, userId }) => {
      const me = await findMe(db, tenantId, userId);
      // A token outlives its user by minutes at most.
      if (me === undefined) throw new ParleyError('session_revoked');
      return me;
    },
    users: async (db, { tenantId }, ids) => {
      const unique = [...new Set(ids)];
      if (unique.length === 0) return {};
      return Object.fromEntries((await listUsers(db, tenantId, unique)).map((user) => [user.id, user]));
    },
  },
});
