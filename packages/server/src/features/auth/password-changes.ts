import { ParleyError, type SessionId, type TenantId, type UserId } from '@parley/protocol';
import type { Database } from '../../db/database.js';
import { isCommonPassword } from './common-passwords.js';
import {
  deleteReset,
  findOwnCredentials,
  hasReset,
  replacePasswordHash,
  takeReset,
  updatePasswordHash,
} from './credentials.store.js';
import { revokeSessionsOf } from './own-sessions.store.js';
import type { Passwords } from './passwords.js';
import { hashResetToken } from './reset-token.js';

export interface PasswordChangesOptions {
  readonly database: Database;
  readonly passwords: Passwords;
  /** Told after a commit whose sessions it ended. */
  readonly touch: (userIds: readonly UserId[]) => void;
}

export interface PasswordChange {
  readonly tenantId: TenantId;
  readonly userId: UserId;
  /** The one that goes on. */
  readonly sessionId: SessionId | null;
  readonly currentPassword: string;
  readonly newPassword: string;
}

export interface PasswordChanges {
  /** By whoever knows the present one. Ends all other sessions. Throws `invalid_credentials`, `password_too_common`, `overloaded`. */
  change(change: PasswordChange): Promise<void>;
  /** By whoever has the token of a link. Ends all sessions. Throws `reset_invalid`, `password_too_common`, `overloaded`. */
  reset(token: string, newPassword: string): Promise<void>;
}

export function createPasswordChanges(options: PasswordChangesOptions): PasswordChanges {
  const { database, passwords, touch } = options;
  return {
    change: async ({ sessionId, currentPassword, newPassword, ...owner }) => {
      requireUncommon(newPassword);
      const proved = await passwords.verify(
        () => findOwnCredentials(database.kysely, owner),
        currentPassword,
      );
      if (proved === undefined) throw new ParleyError('invalid_credentials');
      const from = proved.account.passwordHash;
      const to = await passwords.hash(newPassword, async () => {});
      await database.transaction(async (tx) => {
        // The link first, as in `reset`: two that took these rows in opposite order would wait for each other.
        await deleteReset(tx, owner);
        if (!(await replacePasswordHash(tx, owner, { from, to })))
          throw new ParleyError('invalid_credentials');
        await revokeSessionsOf(tx, owner, sessionId);
      });
      touch([owner.userId]);
    },
    reset: async (token, newPassword) => {
      requireUncommon(newPassword);
      const tokenHash = hashResetToken(token);
      // A token nobody was given is found out before the expensive hash; who uses it first is decided below.
      const passwordHash = await passwords.hash(newPassword, async () => {
        if (!(await hasReset(database.kysely, tokenHash))) throw new ParleyError('reset_invalid');
      });
      const owner = await database.transaction(async (tx) => {
        const found = await takeReset(tx, tokenHash);
        if (found === undefined) throw new ParleyError('reset_invalid');
        await updatePasswordHash(tx, found, passwordHash);
        await revokeSessionsOf(tx, found, null);
        return found;
      });
      touch([owner.userId]);
    },
  };
}

/** Throws `password_too_common`. */
export function requireUncommon(password: string): void {
  if (isCommonPassword(password)) throw new ParleyError('password_too_common');
}
