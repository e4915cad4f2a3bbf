import type { Auth, JwtAuth, PublicKeyAlgorithm, SecretAlgorithm } from '../access/auth-options.js';
import type { Config } from '../config/config-schema.js';
import { ConfigError } from '../config/load-config.js';

type JwtSettings = Pick<
  Config,
  | 'jwtAlgorithm'
  | 'jwtSecret'
  | 'jwtPublicKey'
  | 'jwksUrl'
  | 'jwtIssuer'
  | 'jwtAudience'
  | 'jwtUserClaim'
  | 'demo'
>;

/** Accounts of Parley's own unless a `PARLEY_JWT_…` setting is there; then all that belong together must be. Throws `ConfigError`. */
export function authFromConfig(config: JwtSettings): Auth {
  const { jwtAlgorithm, jwtIssuer, jwtAudience, jwtUserClaim } = config;
  const { jwtSecret, jwtPublicKey, jwksUrl } = config;
  const all = [jwtAlgorithm, jwtSecret, jwtPublicKey, jwksUrl, jwtIssuer, jwtAudience, jwtUserClaim];
  if (all.every((setting) => setting === undefined)) return { type: 'builtin' };
  if (config.demo) throw new ConfigError('PARLEY_DEMO: demo accounts cannot come in with tokens of others.');
  if (jwtAlgorithm === undefined) throw missing('PARLEY_JWT_ALGORITHM');
  if (jwtIssuer === undefined) throw missing('PARLEY_JWT_ISSUER');
  if (jwtAudience === undefined) throw missing('PARLEY_JWT_AUDIENCE');
  const common = {
    type: 'jwt',
    issuer: jwtIssuer,
    audience: jwtAudience,
    ...(jwtUserClaim === undefined ? {} : { claims: { userId: jwtUserClaim } }),
  } as const;
  return isSecretAlgorithm(jwtAlgorithm)
    ? { ...common, algorithm: jwtAlgorithm, key: secretOf(config) }
    : { ...common, algorithm: jwtAlgorithm, key: publicKeyOf(config) };
}

type Algorithm = SecretAlgorithm | PublicKeyAlgorithm;

function isSecretAlgorithm(algorithm: Algorithm): algorithm is SecretAlgorithm {
  return algorithm.startsWith('HS');
}

function secretOf({ jwtSecret, jwtPublicKey, jwksUrl }: JwtSettings): { readonly secret: string } {
  if (jwtSecret === undefined) throw missing('PARLEY_JWT_SECRET');
  // A public key as the secret of an HMAC is the oldest trick there is.
  if (jwtPublicKey !== undefined || jwksUrl !== undefined)
    throw new ConfigError('PARLEY_JWT_ALGORITHM: HS algorithms take PARLEY_JWT_SECRET and no public key.');
  return { secret: jwtSecret };
}

function publicKeyOf({
  jwtSecret,
  jwtPublicKey,
  jwksUrl,
}: JwtSettings): Extract<JwtAuth, { algorithm: PublicKeyAlgorithm }>['key'] {
  if (jwtSecret !== undefined)
    throw new ConfigError(
      'PARLEY_JWT_SECRET: only HS algorithms take a secret. Give a public key or a key set.',
    );
  if (jwtPublicKey !== undefined && jwksUrl !== undefined)
    throw new ConfigError('PARLEY_JWT_PUBLIC_KEY and PARLEY_JWKS_URL: give one of them.');
  // Environment files cannot hold lines.
  if (jwtPublicKey !== undefined) return { publicKey: jwtPublicKey.replaceAll('\\n', '\n') };
  if (jwksUrl !== undefined) return { jwksUrl };
  throw missing('PARLEY_JWT_PUBLIC_KEY or PARLEY_JWKS_URL');
}

function missing(name: string): ConfigError {
  return new ConfigError(`${name} is needed beside the other PARLEY_JWT_… settings.`);
}
