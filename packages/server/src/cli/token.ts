/**
 * `parley token`: an access token for trying things out, without a password. Whoever can run it has the server's secret, with which they can be anyone.
 *
 * - On PostgreSQL, or a folder no server holds, the person is looked up in the database and gets a session of ten minutes, which stands among their
 *   sessions and can be ended there.
 * - A running server holds its embedded database alone. Then the token is signed for a session without a row, as tokens of others have, and shown to
 *   that server before it is printed: the server knows the person or it does not. Disabling the person or revoking their tokens ends it.
 */
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import type { SessionId, UserId } from '@parley/protocol';
import { sql } from 'kysely';
import { defaultTenantId } from '../access/actor.js';
import { foreignSessionId } from '../access/foreign-session.js';
import { accessTokenSeconds, createTokens } from '../access/tokens.js';
import type { Config } from '../config/config-schema.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { loadSecret } from '../config/secrets.js';
import { openDatabase } from '../core.js';
import type { Database } from '../db/database.js';
import { DirectoryInUseError } from '../db/embedded/directory-lock.js';
import { listPendingMigrations } from '../db/migrate.js';
import { systemClock } from '../lib/clock.js';
import type { Command } from './command.js';

export const token: Command = {
  summary: 'Prints an access token of somebody, for development.',
  details: `The token lives ten minutes. It is printed alone, so that it can stand in a command:
  curl -H "authorization: Bearer $(parley token --user ines)" http://localhost:7400/v1/users/me
While a server runs on the embedded database, the person is named by id, and the session is in no list.`,
  flags: {
    '--user': { value: 'username or id', describe: 'Whose.' },
    '--name': { value: 'text', describe: 'What the session is called in the list of sessions.' },
  },
  run: async ({ env, flags }) => {
    const config = loadConfig(env);
    const login = flags['--user'];
    if (login === undefined) throw new ConfigError('--user is missing: a username or an id');
    if (config.jwtAlgorithm !== undefined)
      throw new ConfigError(
        'PARLEY_JWT_ALGORITHM is set: the server takes the tokens of somebody else and none of its own.',
      );
    const secret = await loadSecret(config);
    const name = flags['--name'] ?? 'parley token';
    const sign = createSign(secret);
    const made =
      (await signWithSession(config, { login, name, sign })) ?? (await signAlone(config, login, sign));
    console.error(made.note);
    console.log(made.token);
  },
};

interface Made {
  readonly token: string;
  readonly note: string;
}

type Sign = (userId: UserId, sessionId: SessionId) => Promise<string>;

function createSign(secret: string): Sign {
  const tokens = createTokens({ secret, clock: systemClock });
  return (userId, sessionId) => tokens.sign({ tenantId: defaultTenantId, userId, sessionId });
}

interface Wanted {
  readonly login: string;
  readonly name: string;
  readonly sign: Sign;
}

/** Undefined while a server holds the folder. */
async function signWithSession(config: Config, { login, name, sign }: Wanted): Promise<Made | undefined> {
  const database = await openUnlessHeld(config);
  if (database === undefined) return undefined;
  try {
    if ((await listPendingMigrations(database)).length > 0)
      throw new ConfigError('The database is of an older version. Run `parley migrate` first.');
    const user = await findUser(database, login);
    if (user === undefined) throw new ConfigError(`There is nobody called ${login}.`);
    const sessionId = newSessionId();
    await insertSession(database, { sessionId, userId: user.id, name });
    const note = `${user.username}, ${user.id}: for ${accessTokenSeconds / 60} minutes, in the list of sessions as ${name}`;
    return { token: await sign(user.id, sessionId), note };
  } finally {
    await database.close();
  }
}

async function openUnlessHeld(config: Config): Promise<Database | undefined> {
  const log = { info: () => {}, error: (_fields: object, message: string) => console.error(message) };
  try {
    return await openDatabase(config, log);
  } catch (error) {
    if (error instanceof DirectoryInUseError) return undefined;
    throw error;
  }
}

async function findUser(
  { kysely }: Database,
  login: string,
): Promise<{ readonly id: UserId; readonly username: string } | undefined> {
  const { rows } = await sql<{ id: UserId; username: string }>`
    select id, username from parley.users where tenant_id = ${defaultTenantId}
    and (username = ${login} or id::text = ${login.toLowerCase()})`.execute(kysely);
  return rows[0];
}

interface NewSession {
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly name: string;
}

/** Without a refresh token: it ends with its access token. */
async function insertSession({ kysely }: Database, { sessionId, userId, name }: NewSession): Promise<void> {
  await sql`
    insert into parley.sessions (id, tenant_id, user_id, expires_at, user_agent) values (${sessionId}, ${defaultTenantId},
    ${userId}, now() + make_interval(secs => ${accessTokenSeconds}), ${name.slice(0, 200)})`.execute(kysely);
}

async function signAlone(config: Config, login: string, sign: Sign): Promise<Made> {
  if (!/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(login))
    throw new ConfigError('A server holds the folder, so the person has to be named by id: --user <id>');
  // The pattern above is that of an id.
  const userId = login.toLowerCase() as UserId;
  const session = { issuer: 'parley token', subject: userId, name: randomUUID(), issuedAt: Date.now() };
  const signed = await sign(userId, foreignSessionId(session));
  const url = `http://${hostOf(config)}:${config.port}/v1/users/me`;
  const status = await fetch(url, { headers: { authorization: `Bearer ${signed}` } }).then(
    (response) => response.status,
    () => undefined,
  );
  if (status === undefined)
    throw new ConfigError(
      `A server holds the folder, but none answers at ${url}. Name its --host and --port.`,
    );
  if (status !== 200)
    throw new ConfigError(
      `The server at ${url} answers ${status} to the token: it has another secret, or nobody with this id.`,
    );
  return { token: signed, note: `${login}: for ${accessTokenSeconds / 60} minutes, in no list of sessions` };
}

/** Where a server that listens on this address can be reached from here. */
function hostOf({ host }: Config): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}

function newSessionId(): SessionId {
  // A new UUID in canonical form is an id of whatever has none yet.
  return randomUUID() as SessionId;
}
