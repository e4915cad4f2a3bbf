import { database, matrix, otherTenant } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const auth = (tests: string) => database('features/auth/auth', tests);
const own = (tests: string) => database('features/auth/own-sessions', tests);
const passwords = (tests: string) => database('features/auth/passwords', tests);
const users = (tests: string) => database('features/users/users', tests);

/** Accounts, their sessions and passwords, and what the deployment does with people. */
export const accountMutants: readonly Mutant[] = [
  ...policyOf('server/src/features/users/profile.store.ts', users('change what they say of themselves'), [
    {
      name: "everybody's profile is changed",
      find: 'where tenant_id = ${tenantId} and id = ${userId} and (${sql.join(',
      replace: 'where tenant_id = ${tenantId} and ${userId}::uuid is not null and (${sql.join(',
      caughtBy: users('change what they say of themselves'),
    },
    {
      name: 'profiles of another tenant are changed',
      find: 'where tenant_id = ${tenantId} and id = ${userId} and (${sql.join(',
      replace: 'where id = ${userId} and (${sql.join(',
      caughtBy: otherTenant('updateMe'),
    },
    {
      name: 'people of another tenant are disabled',
      find: 'sql`null`}\n    where tenant_id = ${tenantId} and id = ${userId}`',
      replace: 'sql`null`}\n    where ${tenantId}::uuid is not null and id = ${userId}`',
      caughtBy: database('features/users/people-apart', 'of another tenant are neither'),
    },
    {
      name: 'tokens of people of another tenant are revoked',
      find: 'set tokens_valid_after = now() where tenant_id = ${tenantId} and id = ${userId}',
      replace: 'set tokens_valid_after = now() where id = ${userId}',
      caughtBy: users('of another tenant are out of reach'),
    },
    {
      name: 'who is disabled keeps their sessions',
      find: 'if (isDisabled) await revokeTokens(tx, key);',
      replace: '',
      caughtBy: users('who are disabled'),
    },
    {
      name: 'profiles are told to strangers',
      find: 'm.conversation_id = l.conversation_id and m.status = 1 and m.user_id <> ${userId}',
      replace: 'm.user_id <> ${userId}',
      caughtBy: database('features/users/people-apart', 'tell of a new name'),
    },
  ]),
  ...policyOf('server/src/features/users/index.ts', users('change what they say of themselves'), [
    {
      name: 'the address is told with the profile',
      find: 'return { id, username, displayName, avatarUrl, rev };',
      replace: 'return { ...(arguments[0] as User), id, username, displayName, avatarUrl, rev };',
      caughtBy: users('change what they say|are told to their own'),
    },
  ]),
  ...policyOf('server/src/features/users/users.store.ts', users('change what they say of themselves'), [
    {
      name: 'everybody reads the address of everybody',
      find: 'u.rev, u.bio, u.metadata, ${isMinimal} as is_minimal\n    from',
      replace:
        "u.rev, u.bio, jsonb_build_object('a', u.email) as metadata, ${isMinimal} as is_minimal\n    from",
    },
    {
      name: 'the blocked read what is said about oneself',
      find: '...(row.is_minimal ? { bio: null, metadata: null } : { bio: row.bio, metadata: row.metadata }),',
      replace: 'bio: row.bio,\n    metadata: row.metadata,',
      caughtBy: database('features/blocks/blocks', ''),
    },
  ]),
  ...policyOf('server/src/features/auth/own-sessions.store.ts', own('of others, ended ones'), [
    {
      name: "people list others' sessions",
      find: 'where s.tenant_id = ${owner.tenantId} and s.user_id = ${owner.userId} and s.revoked_at',
      replace: 'where s.tenant_id = ${owner.tenantId} and s.revoked_at',
      caughtBy: database('features/users/people-apart', 'list their own sessions'),
    },
    {
      name: 'a session of the same person in another tenant is listed',
      find: 'where s.tenant_id = ${owner.tenantId} and s.user_id = ${owner.userId} and s.revoked_at',
      replace: 'where s.user_id = ${owner.userId} and s.revoked_at',
      caughtBy: otherTenant('listSessions'),
    },
    {
      name: "people end others' sessions",
      find: 'where id = ${sessionId} and tenant_id = ${owner.tenantId} and user_id = ${owner.userId}',
      replace: 'where id = ${sessionId} and tenant_id = ${owner.tenantId}',
      caughtBy: matrix("revokeSession \\(the owner's\\) as (ME|NM)"),
    },
    {
      name: 'a session of another tenant is ended',
      find: 'where id = ${sessionId} and tenant_id = ${owner.tenantId} and user_id = ${owner.userId}',
      replace: 'where id = ${sessionId} and user_id = ${owner.userId}',
      caughtBy: otherTenant('revokeSession'),
    },
    {
      name: 'ending all sessions ends those of everybody',
      find: 'where tenant_id = ${owner.tenantId} and user_id = ${owner.userId} and revoked_at is null\n',
      replace: 'where tenant_id = ${owner.tenantId} and revoked_at is null\n',
      caughtBy: database('features/users/people-apart', 'list their own sessions'),
    },
  ]),
  ...policyOf('server/src/features/auth/auth.store.ts', auth('a token used again after the grace'), [
    {
      name: 'refresh tokens are used as often as one likes',
      find: "use: row.is_fresh ? 'fresh' : row.is_recent === true ? 'within-grace' : 'reused',",
      replace: "use: row.is_fresh ? 'fresh' : 'within-grace',",
    },
    {
      name: 'a refresh token of a session that ended opens another',
      find: 'isSessionLive: row.is_live,',
      replace: 'isSessionLive: true,',
      caughtBy: auth('a session of thirty days unused'),
    },
    {
      name: 'logging out ends the session of somebody else',
      find: 'and id = (select session_id from parley.refresh_tokens where token_hash = ${tokenHash})',
      replace:
        'and id in (select session_id from parley.refresh_tokens where token_hash is distinct from ${tokenHash})',
      caughtBy: auth('logging out ends the session'),
    },
  ]),
  ...policyOf('server/src/features/auth/sessions.ts', auth('a token used again after the grace'), [
    {
      name: 'a leaked refresh token keeps its session',
      find: "if (token.use === 'reused') await revokeSession(tx, token.sessionId);\n        else if",
      replace: "if (token.use === 'reused') return token;\n        else if",
    },
  ]),
  ...policyOf('server/src/features/auth/password-changes.ts', passwords('change only for whoever knows'), [
    {
      name: 'passwords change for who does not know them',
      find: "if (proved === undefined) throw new ParleyError('invalid_credentials');\n      const from = proved.account.passwordHash;",
      replace:
        "const from = proved?.account.passwordHash ?? (await findOwnCredentials(database.kysely, owner))?.passwordHash ?? '';",
    },
    {
      name: 'sessions outlive the password they were made with',
      find: 'await revokeSessionsOf(tx, owner, sessionId);',
      replace: 'void sessionId;',
      caughtBy: passwords('end all other sessions'),
    },
    {
      name: 'sessions outlive a new password by mail',
      find: 'await revokeSessionsOf(tx, found, null);',
      replace: '',
      caughtBy: passwords('are set anew once'),
    },
    {
      name: 'a link outlives the password it was asked for',
      find: 'await deleteReset(tx, owner);',
      replace: '',
      caughtBy: passwords('leave a token good that came'),
    },
  ]),
  ...policyOf('server/src/features/auth/credentials.store.ts', passwords('are not set with a token'), [
    {
      name: 'links are good for ever',
      find: "r.token_hash = ${tokenHash} and r.created_at > now() - interval '1 hour'",
      replace: 'r.token_hash = ${tokenHash}',
    },
    {
      name: 'links are good after their address was given up',
      find: 'and u.id = r.user_id and u.email = r.email)',
      replace: 'and u.id = r.user_id)',
    },
    {
      name: 'any link is good',
      find: 'r.token_hash = ${tokenHash} and r.created_at',
      replace: '${tokenHash}::bytea is not null and r.created_at',
    },
    {
      name: 'a log-in goes on with a password that changed meanwhile',
      find: 'and password_hash = ${passwordHash} for share`',
      replace: 'and ${passwordHash}::text is not null for share`',
      caughtBy: passwords('let nobody in with one that was changed'),
    },
  ]),
  ...policyOf('server/src/features/auth/passwords.ts', auth('logging in takes name or address'), [
    {
      name: 'every password fits',
      find: 'if (!fits || account === undefined) return undefined;',
      replace: 'if (account === undefined) return undefined;',
    },
  ]),
];
