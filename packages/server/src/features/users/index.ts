import { contracts, type Me, ParleyError, type TenantId, type User, type UserId } from '@parley/protocol';
import type { Database, Executor } from '../../db/database.js';
import type { SignalPublication } from '../../fanout/broker.js';
import { defineFeature, type Feature } from '../../kernel/define-feature.js';
import { createManageUsers, refusingTaken } from './manage-users.js';
import { listOnlookers, type UserKey, updateProfile } from './profile.store.js';
import { findProfile, findUser, listUsers, searchUsers } from './users.store.js';

export interface UsersOptions {
  readonly database: Database;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
  /** Tells something once to whoever is connected, here and on other nodes. */
  readonly signal: (publication: SignalPublication) => void;
}

type Handlers = Parameters<typeof defineFeature<typeof contracts.users>>[1]['handlers'];

/** Profiles: one's own, those of others, finding people, and what the deployment's own software does with them. */
export function createUsersFeature(options: UsersOptions): Feature {
  const tell = async (db: Executor, key: UserKey, user: User): Promise<void> =>
    options.signal({
      signal: { kind: 'user.updated', conversationId: null, data: { user: publicOf(user) } },
      to: { users: await listOnlookers(db, key) },
    });
  return defineFeature(contracts.users, {
    handlers: { ...readingHandlers, ...changingHandlers(options, tell) },
    includes: {
      me: requireMe,
      users: async (db, { tenantId }, ids) => {
        const unique = [...new Set(ids)];
        if (unique.length === 0) return {};
        return Object.fromEntries((await listUsers(db, tenantId, unique)).map((user) => [user.id, user]));
      },
    },
  });
}

const readingHandlers: Pick<Handlers, 'getMe' | 'getUser' | 'searchUsers'> = {
  getMe: {
    policy: 'user',
    run: ({ db, actor, include }) => include.me(db, actor),
  },
  getUser: {
    policy: 'user',
    run: async ({ db, actor }, { userId }) => {
      const profile = await findProfile(db, actor, userId);
      if (profile === undefined) throw new ParleyError('not_found');
      return profile;
    },
  },
  searchUsers: {
    policy: 'user',
    run: async ({ db, actor }, { q, limit = 20 }) => {
      if (q.trim().length === 0) return { items: [] };
      const { tenantId, userId } = actor;
      return { items: await searchUsers(db, { tenantId, userId, text: q, limit }) };
    },
  },
};

function changingHandlers(
  options: UsersOptions,
  tell: (db: Executor, key: UserKey, user: User) => Promise<void>,
): Omit<Handlers, keyof typeof readingHandlers> {
  const manage = createManageUsers(options);
  return {
    updateMe: {
      policy: 'user',
      run: async ({ db, actor }, input) => {
        const isChanged = await refusingTaken(() => updateProfile(db, actor, input));
        const me = await requireMe(db, actor);
        if (isChanged) await tell(db, actor, me);
        return me;
      },
    },
    upsertUser: {
      policy: 'server',
      run: async ({ db, server: { tenantId } }, { userId, ...input }) => {
        const key = { tenantId, userId };
        const { user, isChanged } = await manage.upsert(key, input);
        if (isChanged) await tell(db, key, user);
        return user;
      },
    },
    revokeUserTokens: {
      policy: 'server',
      run: async ({ server: { tenantId } }, { userId }) => {
        await manage.revokeTokens({ tenantId, userId });
        return null;
      },
    },
  };
}

async function requireMe(
  db: Executor,
  { tenantId, userId }: { readonly tenantId: TenantId; readonly userId: UserId },
): Promise<Me> {
  const user = await findUser(db, tenantId, userId);
  // A token outlives its user by minutes at most.
  if (user === undefined) throw new ParleyError('session_revoked');
  const { isDisabled: _isDisabled, ...me } = user;
  return me;
}

/** What everybody may see, and nothing else of a larger object. */
function publicOf({ id, username, displayName, avatarUrl, rev }: User): User {
  return { id, username, displayName, avatarUrl, rev };
}
