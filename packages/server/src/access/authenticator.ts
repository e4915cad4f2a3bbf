/**
 * The one pipeline in: what a token is worth, who it stands for, whether they may come in. REST and sockets both come through here.
 *
 * - Which kind of token is good is the configuration's say, never the token's: with tokens of others our own are refused, and the other way round.
 * - A verified token of others is remembered until it ends, by its hash; what is true of its owner's standing is asked for all the same.
 */
import { createHash } from 'node:crypto';
import { isUuid, ParleyError, type TenantId, type UserId } from '@parley/protocol';
import type { Clock } from '../lib/clock.js';
import { type Actor, defaultTenantId, type ServerCaller } from './actor.js';
import { foreignSessionId, neverRevoked } from './foreign-session.js';
import type { ForeignToken, VerifyForeign } from './foreign-tokens.js';
import type { Identity } from './identities.store.js';
import { type FindServerKey, serverKeyPrefix } from './server-keys.js';
import type { Standings } from './standings.js';
import type { AccessToken, Tokens } from './tokens.js';

/** Who calls: somebody, or the deployment's own software. */
export type Caller =
  | { readonly actor: Actor; readonly server: undefined }
  | { readonly actor: undefined; readonly server: ServerCaller };

/** What a request says of who sends it. */
export interface Credentials {
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  /** The `Parley-User` header: as whom a server key acts. */
  readonly asUser: string | undefined;
}

export interface Authenticator {
  /** Whose access token it is. Throws `token_expired` or `token_invalid`; whether its session lives is for whoever lets them in to ask. */
  verify(token: string): Promise<AccessToken>;
  /** Who sends a request. Throws also `unauthenticated` without a header and `session_revoked`; `not_found` for a `Parley-User` nobody is. */
  authenticate(credentials: Credentials): Promise<Caller>;
  /** Asks again about these people, whose sessions or standing changed. */
  forget(userIds: readonly UserId[]): void;
}

export interface AuthenticatorOptions {
  /** Our own tokens, or those of others. */
  readonly verifier: Pick<Tokens, 'verify'> | { readonly verifyForeign: VerifyForeign };
  readonly findServerKey: FindServerKey;
  readonly standings: Standings;
  /** Makes a user of an identity. */
  readonly ensureUser: (identity: Identity) => Promise<UserId>;
  readonly hasUser: (tenantId: TenantId, userId: UserId) => Promise<boolean>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Longest token there is; a hello holds no longer one either. */
const maxTokenLength = 4096;
const maxRemembered = 10_000;

export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { verifier, findServerKey, standings } = options;
  const remembered = new Map<string, AccessToken & { readonly until: number }>();
  const verifyOthers = async (verifyForeign: VerifyForeign, token: string): Promise<AccessToken> => {
    const name = createHash('sha256').update(token).digest('base64');
    const known = remembered.get(name);
    const now = options.clock.now();
    if (known !== undefined && known.until > now) return { actor: known.actor, expiresAt: known.expiresAt };
    const foreign = await verifyForeign(token);
    const access = { actor: await toActor(options, foreign, name), expiresAt: foreign.expiresAt };
    remembered.delete(name);
    remembered.set(name, { ...access, until: foreign.knownUntil });
    for (const [oldest] of remembered) {
      if (remembered.size <= maxRemembered) break;
      remembered.delete(oldest);
    }
    return access;
  };
  const verify = async (token: string): Promise<AccessToken> => {
    // A server key is never shown to whoever judges the tokens of people.
    if (token.length > maxTokenLength || token.startsWith(serverKeyPrefix))
      throw new ParleyError('token_invalid');
    if ('verifyForeign' in verifier) return verifyOthers(verifier.verifyForeign, token);
    return verifier.verify(token);
  };
  return {
    verify,
    authenticate: async ({ authorization, asUser }) => {
      const bearer = readBearer(authorization);
      if (bearer.startsWith(serverKeyPrefix)) {
        if (findServerKey(bearer) === undefined) throw new ParleyError('token_invalid');
        return asUser === undefined ? server : { actor: await actAs(options, asUser), server: undefined };
      }
      const { actor } = await verify(bearer);
      if (asUser !== undefined) throw new ParleyError('forbidden');
      await standings.requireLive(actor);
      return { actor, server: undefined };
    },
    forget: (userIds) => {
      standings.forget(userIds);
      if (userIds.length === 0) return;
      const gone = new Set(userIds);
      for (const [name, { actor }] of remembered) if (gone.has(actor.userId)) remembered.delete(name);
    },
  };
}

const server: Caller = { actor: undefined, server: { tenantId: defaultTenantId } };

function readBearer(header: string | undefined): string {
  if (header === undefined) throw new ParleyError('unauthenticated');
  const match = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(header);
  if (match?.[1] === undefined) throw new ParleyError('token_invalid');
  return match[1];
}

async function toActor(
  { ensureUser, clock }: AuthenticatorOptions,
  token: ForeignToken,
  hash: string,
): Promise<Actor> {
  const { tenantId, issuer, subject, profile, issuedAt } = token;
  const saidAt = issuedAt === 0 ? clock.now() : issuedAt;
  const userId = await ensureUser({ tenantId, issuer, subject, profile, saidAt });
  return { tenantId, userId, sessionId: foreignSessionId({ issuer, subject, name: hash, issuedAt }) };
}

/** Somebody a server key acts as: whoever they are, they are in the one tenant, and not disabled. */
async function actAs({ hasUser, standings }: AuthenticatorOptions, asUser: string): Promise<Actor> {
  const id = asUser.toLowerCase();
  if (!isUuid(id))
    throw new ParleyError('validation_failed', { details: [{ path: 'Parley-User', rule: 'a UUID' }] });
  // Proved in the line above.
  const userId = id as UserId;
  // A session for each person: what waits in one does not end what waits in another.
  const session = { issuer: serverKeyPrefix, subject: userId, name: '', issuedAt: neverRevoked };
  const actor: Actor = { tenantId: defaultTenantId, userId, sessionId: foreignSessionId(session) };
  if (!(await hasUser(actor.tenantId, userId))) throw new ParleyError('not_found');
  await standings.requireLive(actor);
  return actor;
}
