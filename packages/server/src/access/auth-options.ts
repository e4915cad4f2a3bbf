/** Accounts and passwords of Parley's own. */
export interface BuiltinAuth {
  readonly type: 'builtin';
}

/** Names of the claims a token says things under. Claims that do not fit Parley's rules for the field are left out, not refused. */
export interface ClaimNames {
  /**
   * Who it is: a text or a whole number, stable for ever.
   * @default 'sub'
   */
  readonly userId?: string;
  /** @default 'preferred_username' */
  readonly username?: string;
  /** @default 'name' */
  readonly displayName?: string;
  /** @default 'email' */
  readonly email?: string;
  /** @default 'picture' */
  readonly avatarUrl?: string;
  /** A UUID. Without the name everybody is of one tenant; with it a token that does not say is refused. */
  readonly tenant?: string;
}

export type SecretAlgorithm = 'HS256' | 'HS384' | 'HS512';
export type PublicKeyAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'ES256' | 'ES384' | 'EdDSA';

interface TokensOfOthers {
  readonly type: 'jwt';
  /** What `iss` must be. */
  readonly issuer: string;
  /** What `aud` must be or hold. */
  readonly audience: string;
  readonly claims?: ClaimNames;
}

/** JWTs that somebody else issues. The algorithm is the configured one whatever a token's header says; `exp` must be there. */
export type JwtAuth = TokensOfOthers &
  (
    | {
        readonly algorithm: SecretAlgorithm;
        /** At least 32 characters. */
        readonly key: { readonly secret: string };
      }
    | {
        readonly algorithm: PublicKeyAlgorithm;
        /** A public key as PEM (`BEGIN PUBLIC KEY`), or the https address of a key set (http on loopback only). */
        readonly key: { readonly publicKey: string } | { readonly jwksUrl: string };
      }
  );

/** Somebody your own function vouches for. */
export interface ForeignUser {
  /** Who it is, stable for ever. A UUID becomes the id in Parley where nobody else has it. */
  readonly userId: string;
  readonly username?: string | undefined;
  readonly displayName?: string | undefined;
  readonly email?: string | undefined;
  /** Https only. */
  readonly avatarUrl?: string | undefined;
  /**
   * When the token ends, in milliseconds since 1970. Sockets must bring another by then.
   * @default ten minutes from now
   */
  readonly expiresAt?: number | undefined;
}

/** Tokens of any kind, judged by a function of yours. */
export interface CustomAuth {
  readonly type: 'custom';
  /**
   * Says whose token it is; undefined for a token that is not good. Asked again after a minute. What it throws is answered as `unavailable`.
   */
  readonly authenticate: (token: string) => Promise<ForeignUser | undefined>;
}

/** Who says who somebody is. */
export type Auth = BuiltinAuth | JwtAuth | CustomAuth;
