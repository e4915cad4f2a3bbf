import { contracts } from '@parley/protocol';

/** What a token says of its owner, in Parley's terms. Undefined is what it does not say, or says in a way that does not fit. */
export interface ForeignProfile {
  readonly username: string | undefined;
  readonly displayName: string | undefined;
  readonly email: string | undefined;
  readonly avatarUrl: string | undefined;
}

const { username, displayName, email, avatarUrl } = contracts.users.operations.upsertUser.input.shape;

/** Reads claims by the rules that `upsertUser` has for its fields. A name that does not fit must not keep anybody out, so it is left out instead. */
export function readForeignProfile(
  claims: {
    readonly [Field in keyof ForeignProfile]?: unknown;
  },
): ForeignProfile {
  return {
    username: username.safeParse(claims.username).data,
    displayName: displayName.safeParse(claims.displayName).data,
    email: email.safeParse(claims.email).data ?? undefined,
    avatarUrl: avatarUrl.safeParse(claims.avatarUrl).data ?? undefined,
  };
}
