import { type Authenticator, createAuthenticator } from '../access/authenticator.js';
import { createCustomVerifier, createJwtVerifier } from '../access/foreign-tokens.js';
import { ensureUser } from '../access/identities.store.js';
import { isSessionLive } from '../access/live-sessions.store.js';
import { hasUser } from '../access/membership.store.js';
import { createServerKeys } from '../access/server-keys.js';
import { createStandings } from '../access/standings.js';
import type { Tokens } from '../access/tokens.js';
import type { Database } from '../db/database.js';
import type { ResolvedOptions } from '../options.js';

export interface OpenAuthenticatorOptions {
  readonly options: Pick<ResolvedOptions, 'auth' | 'serverKeys' | 'clock'>;
  readonly database: Database;
  /** Our own. */
  readonly tokens: Tokens;
}

/** The way in that the options name. Rejects for keys that are weak or fit no algorithm, so that a server with them does not start. */
export async function openAuthenticator({
  options,
  database,
  tokens,
}: OpenAuthenticatorOptions): Promise<Authenticator> {
  const { clock } = options;
  return createAuthenticator({
    verifier: await chooseVerifier(options, tokens),
    findServerKey: createServerKeys(options.serverKeys),
    standings: createStandings({ isLive: (session) => isSessionLive(database.kysely, session), clock }),
    ensureUser: (identity) => ensureUser(database.kysely, identity),
    hasUser: (tenantId, userId) => hasUser(database.kysely, tenantId, userId),
    clock,
  });
}

async function chooseVerifier({ auth, clock }: OpenAuthenticatorOptions['options'], tokens: Tokens) {
  switch (auth.type) {
    case 'builtin':
      return tokens;
    case 'jwt':
      return { verifyForeign: await createJwtVerifier(auth, { clock }) };
    case 'custom':
      return { verifyForeign: createCustomVerifier(auth, { clock }) };
    default:
      return auth satisfies never;
  }
}

/** What nobody can call when others say who somebody is: there are no passwords and no sessions of our own then. */
export function hiddenFeatures({ auth }: Pick<ResolvedOptions, 'auth'>): readonly string[] {
  return auth.type === 'builtin' ? [] : ['auth'];
}
