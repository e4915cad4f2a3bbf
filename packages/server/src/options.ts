import type { Config } from './config/config-schema.js';
import type { DemoAccount } from './gateway/http/web-app.js';
import type { RefusedOperation } from './kernel/pending/drain.js';
import { type Clock, systemClock } from './lib/clock.js';

/** How to run Parley inside a Fastify app, or as a server of its own. */
export interface ParleyOptions {
  /**
   * Key for access tokens and refresh tokens, at least 32 characters. Whoever has it can be anyone; changing it logs everybody out.
   */
  readonly secret: string;
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
  /** Time; tests drive it. */
  readonly clock?: Clock;
}

export const optionDefaults = {
  databaseUrl: undefined,
  dataDirectory: '.parley',
  redisUrl: undefined,
  allowedOrigins: [],
  isLoopback: false,
  poolSize: 10,
  prepared: true,
  admissionPerSecond: 500,
  drainMs: 10_000,
  webDirectory: undefined,
  demoAccounts: [],
  onMigrated: () => {},
  onRefused: () => {},
  clock: systemClock,
} as const satisfies Omit<Required<ParleyOptions>, 'secret'>;

export type ResolvedOptions = Required<ParleyOptions>;

/** The options a configuration stands for. */
export function optionsFromConfig(config: Config, secret: string, isLoopback: boolean): ParleyOptions {
  return {
    secret,
    databaseUrl: config.databaseUrl,
    dataDirectory: config.dataDirectory,
    redisUrl: config.redisUrl,
    allowedOrigins: config.allowedOrigins,
    isLoopback,
    poolSize: config.poolSize,
    prepared: config.prepared,
    drainMs: config.drainMs,
    webDirectory: config.webDirectory,
  };
}
