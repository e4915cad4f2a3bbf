import { isUuid, ParleyError, type TenantId } from '@parley/protocol';
import {
  errors,
  importSPKI,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose';
import type { Clock } from '../lib/clock.js';
import { defaultTenantId } from './actor.js';
import type { ClaimNames, CustomAuth, JwtAuth } from './auth-options.js';
import { type ForeignProfile, readForeignProfile } from './foreign-profile.js';
import { createRemoteKeys, type RemoteKeysOptions } from './remote-keys.js';

/** A good token of somebody else's. */
export interface ForeignToken {
  readonly tenantId: TenantId;
  readonly issuer: string;
  readonly subject: string;
  readonly profile: ForeignProfile;
  /** Milliseconds since 1970, as all times here. 0 when the token does not say: then revoking its owner's tokens once refuses it for ever. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Until when the verdict holds without being asked for again. */
  readonly knownUntil: number;
}

/** Throws `token_expired` for a token that was good once, `token_invalid` for every other, `unavailable` when that cannot be told now. */
export type VerifyForeign = (token: string) => Promise<ForeignToken>;

export interface ForeignTokenOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Reads key sets. @default the global fetch */
  readonly fetch?: RemoteKeysOptions['fetch'];
}

const minSecretLength = 32;
const maxSubjectLength = 255;
/** How far the issuer's clock may be from ours. */
const toleranceSeconds = 5;
const customMs = { lives: 600_000, known: 60_000 };

/**
 * JWTs of an issuer. Algorithm, issuer and audience are the configured ones, `exp` must be there. Throws at once for a key that does not fit the
 * algorithm or is too weak.
 */
export async function createJwtVerifier(
  auth: JwtAuth,
  { clock, fetch }: ForeignTokenOptions,
): Promise<VerifyForeign> {
  const names = { ...defaultClaims, ...auth.claims };
  const key = await keyOf(auth, { now: clock.now, ...(fetch === undefined ? {} : { fetch }) });
  const isKnown = { algorithms: [auth.algorithm], issuer: auth.issuer, audience: auth.audience };
  return async (token) => {
    const rules: JWTVerifyOptions = {
      ...isKnown,
      requiredClaims: ['exp', names.userId],
      clockTolerance: toleranceSeconds,
      currentDate: new Date(clock.now()),
    };
    const payload = await judge(token, key, rules);
    return readPayload(payload, { issuer: auth.issuer, names, now: clock.now() });
  };
}

/** Tokens that a function of the host judges. */
export function createCustomVerifier(auth: CustomAuth, { clock }: ForeignTokenOptions): VerifyForeign {
  return async (token) => {
    const user = await auth.authenticate(token).catch((cause: unknown) => {
      if (cause instanceof ParleyError) throw cause;
      throw new ParleyError('unavailable', { cause });
    });
    if (user === undefined) throw new ParleyError('token_invalid');
    const now = clock.now();
    const expiresAt = user.expiresAt ?? now + customMs.lives;
    if (expiresAt <= now) throw new ParleyError('token_expired');
    return {
      tenantId: defaultTenantId,
      issuer: 'custom',
      subject: subjectOf(user.userId),
      profile: readForeignProfile(user),
      // The function answers for what it lets in now; what was let in before is what can be revoked.
      issuedAt: now,
      expiresAt,
      knownUntil: Math.min(expiresAt, now + customMs.known),
    };
  };
}

const defaultClaims: Omit<Required<ClaimNames>, 'tenant'> & { readonly tenant?: string } = {
  userId: 'sub',
  username: 'preferred_username',
  displayName: 'name',
  email: 'email',
  avatarUrl: 'picture',
};

async function keyOf(
  { algorithm, key }: JwtAuth,
  remote: Omit<RemoteKeysOptions, 'url'>,
): Promise<JWTVerifyGetKey> {
  if ('jwksUrl' in key) return createRemoteKeys({ url: key.jwksUrl, ...remote });
  if ('publicKey' in key) {
    if (algorithm.startsWith('HS')) throw new Error(`${algorithm} takes a secret, not a public key`);
    const publicKey = await importSPKI(key.publicKey, algorithm);
    return async () => publicKey;
  }
  if (!algorithm.startsWith('HS')) throw new Error(`${algorithm} takes a public key, not a secret`);
  if (key.secret.length < minSecretLength)
    throw new Error(`the secret of the tokens has fewer than ${minSecretLength} characters`);
  const secret = new TextEncoder().encode(key.secret);
  return async () => secret;
}

async function judge(token: string, key: JWTVerifyGetKey, rules: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, key, rules)).payload;
  } catch (cause) {
    if (cause instanceof errors.JWTExpired) throw new ParleyError('token_expired');
    // The issuer could not be reached: the token may be good.
    if (cause instanceof ParleyError) throw cause;
    if (cause instanceof errors.JWKSTimeout) throw new ParleyError('unavailable', { cause });
    throw new ParleyError('token_invalid');
  }
}

interface Reading {
  readonly issuer: string;
  readonly names: typeof defaultClaims;
  readonly now: number;
}

function readPayload(payload: JWTPayload, { issuer, names, now }: Reading): ForeignToken {
  const issuedAt = (payload.iat ?? 0) * 1000;
  // A token from the future would outlive every revocation.
  if (issuedAt > now + toleranceSeconds * 1000) throw new ParleyError('token_invalid');
  const expiresAt = (payload.exp ?? 0) * 1000;
  return {
    tenantId: tenantOf(names.tenant === undefined ? undefined : (payload[names.tenant] ?? null)),
    issuer,
    subject: subjectOf(payload[names.userId]),
    profile: readForeignProfile({
      username: payload[names.username],
      displayName: payload[names.displayName],
      email: payload[names.email],
      avatarUrl: payload[names.avatarUrl],
    }),
    issuedAt,
    expiresAt,
    knownUntil: expiresAt,
  };
}

function subjectOf(claim: unknown): string {
  const subject = Number.isSafeInteger(claim) ? String(claim) : claim;
  const isFit =
    typeof subject === 'string' &&
    subject.length > 0 &&
    subject.length <= maxSubjectLength &&
    !subject.includes('\u0000');
  if (!isFit) throw new ParleyError('token_invalid');
  return subject;
}

/** The one tenant when nobody maps a claim; otherwise what the claim says, which must be an id. */
function tenantOf(claim: unknown): TenantId {
  if (claim === undefined) return defaultTenantId;
  if (typeof claim !== 'string' || !isUuid(claim)) throw new ParleyError('token_invalid');
  // Proved in the line above.
  return claim as TenantId;
}
