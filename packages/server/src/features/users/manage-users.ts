/**
 * What the deployment's own software does with people: makes them, changes them, disables them, ends what they have.
 *
 * Whoever is disabled gets `session_revoked` for every call and their sockets are closed: the commit log tells every node whose sessions to look at
 * again, in the transaction that changed them.
 */
import { type ManagedUser, ParleyError, type ParsedInput, type UserId } from '@parley/protocol';
import type { Database } from '../../db/database.js';
import { sqlState } from '../../db/database-error.js';
import { touchUsers } from '../../eventlog/touched-users.js';
import {
  insertUser,
  isIdTaken,
  revokeTokens,
  type UserKey,
  updateDisabled,
  updateProfile,
} from './profile.store.js';
import { findUser } from './users.store.js';

export interface ManageUsers {
  /** Makes or changes somebody. Returns them, and whether others see them differently now. */
  upsert(key: UserKey, input: Omit<ParsedInput<'upsertUser'>, 'userId'>): Promise<Upserted>;
  /** Throws `not_found`. */
  revokeTokens(key: UserKey): Promise<void>;
}

export interface Upserted {
  readonly user: ManagedUser;
  readonly isChanged: boolean;
}

export interface ManageUsersOptions {
  readonly database: Database;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
}

export function createManageUsers({ database, touch }: ManageUsersOptions): ManageUsers {
  return {
    upsert: async (key, { isDisabled, ...profile }) => {
      const isChanged = await refusingTaken(() =>
        database.transaction(async (tx) => {
          const given = { ...profile, username: profile.username ?? generateUsername(key.userId) };
          const isNew = await insertUser(tx, key, given);
          const isUpdated = !isNew && (await updateProfile(tx, key, profile));
          if (isDisabled !== undefined) await updateDisabled(tx, key, isDisabled);
          if (isDisabled === true) await touchUsers(tx, [key.userId]);
          return isUpdated;
        }),
      );
      if (isDisabled === true) touch([key.userId]);
      const user = await findUser(database.kysely, key.tenantId, key.userId);
      // Nobody was made or found: the id is somebody's whom this tenant must not see.
      if (user === undefined)
        throw new ParleyError((await isIdTaken(database.kysely, key.userId)) ? 'id_conflict' : 'internal');
      return { user, isChanged };
    },
    revokeTokens: async (key) => {
      const isKnown = await database.transaction(async (tx) => {
        const found = await revokeTokens(tx, key);
        if (found) await touchUsers(tx, [key.userId]);
        return found;
      });
      if (!isKnown) throw new ParleyError('not_found');
      touch([key.userId]);
    },
  };
}

/**
 * Runs a change of a profile. Throws `username_taken` or `email_taken` where a unique index decided so. Where two made one id at once, the later does it
 * again and finds it.
 */
export async function refusingTaken<T>(change: () => Promise<T>, attempts = 3): Promise<T> {
  try {
    return await change();
  } catch (error) {
    if (sqlState(error) !== '23505' || !(error instanceof Error)) throw error;
    const constraint = 'constraint' in error ? error.constraint : undefined;
    if (constraint === 'users_username') throw new ParleyError('username_taken');
    if (constraint === 'users_email') throw new ParleyError('email_taken');
    if (attempts <= 1) throw error;
    return refusingTaken(change, attempts - 1);
  }
}

function generateUsername(userId: UserId): string {
  return `user-${userId.replaceAll('-', '').slice(0, 24)}`;
}
