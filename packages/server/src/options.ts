import type { Auth } from './access/auth-options.js';
import type { ServerKey } from './access/server-keys.js';
import type { Config } from './config/config-schema.js';
import type { RateLimitOverrides } from './config/rate-limits.js';
import type { MailOptions } from './features/auth/mailer.js';
import type { DemoAccount } from './gateway/http/web-app.js';
import type { Hooks, OnHookFailure } from './kernel/hooks/hooks.js';
import type { RefusedOperation } from './kernel/pending/drain.js';
import { type Clock, systemClock } from './lib/clock.js';
import { authFromConfig } from './options/auth-from-config.js';

/** How to run Parley inside a Fastify app, or as a server of its own. */
export interface ParleyOptions {
  /**
   * Key for access tokens and refresh tokens, at least 32 characters. Whoever has it can be anyone; changing it logs everybody out.
   */
  readonly secret: string;
  /**
   * Who says who somebody is: accounts of Parley's own, JWTs of another issuer, or a function of yours. With the latter two nobody can register or
   * log in here: people are made when they are first seen.
   * @default { type: 'builtin' }
   */
  readonly auth?: Auth;
  /**
   * Keys with which your own software calls the REST API, as anybody (header `Parley-User`) or as itself.
   * @default none
   */
  readonly serverKeys?: readonly ServerKey[];
  /** PostgreSQL to use. Without it the embedded database in `dataDirectory`. */
  readonly databaseUrl?: string | undefined;
  /**
   * Folder of the embedded database; `memory` keeps nothing.
   * @default '.parley'
   */
  readonly dataDirectory?: string;
  /**
   * Redis between several nodes on one PostgreSQL: `redis://`, `rediss://`, `redis+sentinel://host,host/master`, `redis+cluster://host,host`.
   * Without it they hear each other by polling the database, and signals stay on their node.
   */
  readonly redisUrl?: string | undefined;
  /** Origins of pages that may call the server beside its own. */
  readonly allowedOrigins?: readonly string[];
  /**
   * The server listens on loopback only: pages of every localhost port may call.
   * @default false
   */
  readonly isLoopback?: boolean;
  /**
   * Connections to PostgreSQL.
   * @default 10
   */
  readonly poolSize?: number;
  /**
   * Prepared statements; off behind a transaction pooler that cannot.
   * @default true
   */
  readonly prepared?: boolean;
  /**
   * Sockets let in a second; more wait, then are told when to come back.
   * @default 500
   */
  readonly admissionPerSecond?: number;
  /**
   * How long sockets have to move to another node when this one closes, in milliseconds; with PostgreSQL only, since the embedded database has one node.
   * An app that mounts the plugin is to be made with `return503OnClosing: false`, or it refuses requests meanwhile.
   * @default 10000
   */
  readonly drainMs?: number;
  /** Where mail goes out, for links to new passwords. Without it they are printed in the log when `isLoopback` is set, and go nowhere otherwise. */
  readonly mail?: MailOptions | undefined;
  /** Where people reach the app, `https://chat.example.com`: links in mail begin with it. Mail needs it. */
  readonly publicUrl?: string | undefined;
  /**
   * How often somebody may do something: changes of the defaults by rule, `{ sendPerConversation: { limit: 120 }, register: false }`, or `false` for no limits
   * at all. With `redisUrl` several nodes count together, without it each for itself. Calls in process are not counted.
   * @default {}
   */
  readonly limits?: RateLimitOverrides;
  /** A built web app to serve at `/`. */
  readonly webDirectory?: string | undefined;
  /** Accounts the web app's sign-in page offers. */
  readonly demoAccounts?: readonly DemoAccount[];
  /** Told which migrations the start applied, when there were any. They are in the log as well. */
  readonly onMigrated?: (names: readonly string[]) => void;
  /**
   * Told of operations written inside an app's transaction that were refused when they were carried out, because a right was lost in between. They stay
   * listed in `pendingOperations` until they are discarded.
   */
  readonly onRefused?: (refused: RefusedOperation) => unknown;
  /**
   * Functions of yours around the operations: to look at commands before they are carried out, to narrow who may do what, to hear what was committed.
   * @default {}
   */
  readonly hooks?: Hooks;
  /**
   * How long `beforeCommand` and `authorise` may take for one operation, in milliseconds.
   * @default 2000
   */
  readonly hookTimeoutMs?: number;
  /**
   * What becomes of an operation whose hook throws anything but a `ParleyError` or takes too long: it is refused as `unavailable`, which clients try again, or
   * let through as it came. Each failure is logged and counted either way.
   * @default 'refuse'
   */
  readonly onHookFailure?: OnHookFailure;
  /** Time; tests drive it. */
  readonly clock?: Clock;
}

export const optionDefaults = {
  auth: { type: 'builtin' },
  serverKeys: [],
  databaseUrl: undefined,
  dataDirectory: '.parley',
  redisUrl: undefined,
  allowedOrigins: [],
  isLoopback: false,
  poolSize: 10,
  prepared: true,
  admissionPerSecond: 500,
  drainMs: 10_000,
  limits: {},
  mail: undefined,
  publicUrl: undefined,
  webDirectory: undefined,
  demoAccounts: [],
  onMigrated: () => {},
  onRefused: () => {},
  hooks: {},
  hookTimeoutMs: 2000,
  onHookFailure: 'refuse',
  clock: systemClock,
} as const satisfies Omit<Required<ParleyOptions>, 'secret'>;

export type ResolvedOptions = Required<ParleyOptions>;

/** The options a configuration stands for. */
export function optionsFromConfig(config: Config, secret: string, isLoopback: boolean): ParleyOptions {
  return {
    secret,
    auth: authFromConfig(config),
    serverKeys: config.serverKeys,
    databaseUrl: config.databaseUrl,
    dataDirectory: config.dataDirectory,
    redisUrl: config.redisUrl,
    allowedOrigins: config.allowedOrigins,
    isLoopback,
    poolSize: config.poolSize,
    prepared: config.prepared,
    drainMs: config.drainMs,
    limits: config.rateLimits,
    mail: mailFrom(config),
    publicUrl: config.publicUrl ?? ownAddress(config, isLoopback),
    webDirectory: config.webDirectory,
  };
}

function mailFrom({ smtpUrl, mailFrom: from }: Config): MailOptions | undefined {
  return smtpUrl === undefined || from === undefined ? undefined : { url: smtpUrl, from };
}

/** Where a developer finds the server; with a port chosen at start nobody knows yet. */
function ownAddress({ port }: Config, isLoopback: boolean): string | undefined {
  return isLoopback && port !== 0 ? `http://localhost:${port}` : undefined;
}
