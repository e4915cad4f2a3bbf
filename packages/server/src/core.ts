/**
 * Puts the parts below the gateway together: database, log, batcher, broker, hub, features, `execute`. With `plugin.ts` the only place that
 * constructs.
 */
import { randomFillSync } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createIdFactory } from '@parley/protocol';
import { defaultTenantId } from './access/actor.js';
import { createTokens, type Tokens } from './access/tokens.js';
import { type Cluster, readCluster } from './db/cluster.js';
import type { Database } from './db/database.js';
import { openEmbedded } from './db/embedded/embedded-database.js';
import { installFunctions } from './db/install-functions.js';
import { migrate } from './db/migrate.js';
import { openPostgres } from './db/postgres-database.js';
import { logFunctions } from './eventlog/functions.js';
import { keepCommitLogShort } from './eventlog/retention.js';
import { createSendBatch } from './eventlog/send.js';
import type { Publication } from './fanout/broker.js';
import { createMemoryBroker } from './fanout/broker-memory.js';
import { Hub } from './fanout/hub.js';
import { createFeatures } from './features/index.js';
import { Batcher, type BatcherOptions } from './kernel/batcher.js';
import { createExecute, type Execute } from './kernel/execute.js';
import { toPublications } from './kernel/publications.js';
import { createRegistry, type Registry } from './kernel/registry.js';
import { BoundedQueue } from './lib/bounded-queue.js';
import type { Clock } from './lib/clock.js';
import { createMetrics, type Metrics } from './lib/metrics.js';
import type { ResolvedOptions } from './options.js';

export interface Core {
  readonly database: Database;
  readonly cluster: Cluster;
  readonly registry: Registry;
  readonly execute: Execute;
  readonly hub: Hub;
  readonly tokens: Tokens;
  readonly metrics: Metrics;
  readonly newId: () => string;
  readonly clock: Clock;
  /** Finishes what is under way and lets the database go. */
  close(): Promise<void>;
}

/** What the core tells its host. */
export interface CoreLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** As many as an HMAC of SHA-256 can use. */
const secretLength = 32;

export async function openCore(options: ResolvedOptions, log: CoreLog): Promise<Core> {
  if (options.secret.length < secretLength)
    throw new Error(
      `secret has fewer than ${secretLength} characters: whoever guesses it can be anyone. ` +
        `Make one with: node -p "crypto.randomBytes(32).toString('base64url')"`,
    );
  const database = await openDatabase(options, log);
  try {
    return await assemble(options, database, log);
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The database the options name, migrated by nobody yet. */
export function openDatabase(
  options: Pick<ResolvedOptions, 'databaseUrl' | 'dataDirectory' | 'poolSize' | 'prepared'>,
  log: CoreLog,
): Promise<Database> {
  if (options.databaseUrl === undefined) return openEmbedded({ directory: options.dataDirectory, log });
  return openPostgres({ url: options.databaseUrl, poolSize: options.poolSize, prepared: options.prepared });
}

async function assemble(options: ResolvedOptions, database: Database, log: CoreLog): Promise<Core> {
  const { functions, cluster } = await prepareDatabase(database, options, log);
  const newId = createIdFactory({
    now: options.clock.now,
    randomBytes: (bytes) => void randomFillSync(bytes),
  });
  const tokens = createTokens({ secret: options.secret, clock: options.clock });
  const hub = new Hub();
  const broker = createMemoryBroker();
  const metrics = createMetrics({ sockets: () => hub.size, queued: () => batcher.queued });
  const publish = (publication: Publication): void => {
    metrics.publishedEvents.inc(publication.events.length);
    broker.publish(publication);
  };
  const unsubscribe = broker.subscribe((publication) => {
    metrics.deliveries.inc(hub.deliver(publication) * publication.events.length);
  });
  const batcher: Batcher = createBatcher({
    sendBatch: createSendBatch(database, functions.send),
    publish,
    metrics,
    log,
  });
  const hashQueue = new BoundedQueue({ concurrency: availableParallelism(), queueLimit: 64 });
  const registry = createRegistry(
    createFeatures({ database, secret: options.secret, tenantId: defaultTenantId, tokens, hashQueue, newId }),
  );
  const execute = createExecute({
    database,
    registry,
    batcher,
    publish,
    newId,
    now: options.clock.now,
    delay,
    random: Math.random,
  });
  const stopPruning = keepCommitLogShort({
    database,
    clock: options.clock,
    onError: (error) => log.error({ err: error }, 'the commit log could not be pruned'),
  });
  return {
    database,
    cluster,
    registry,
    execute,
    hub,
    tokens,
    metrics,
    newId,
    clock: options.clock,
    close: async () => {
      stopPruning();
      await batcher.drain();
      unsubscribe();
      await database.close();
    },
  };
}

/** Migrates, and installs the functions of this version. */
async function prepareDatabase(database: Database, options: ResolvedOptions, log: CoreLog) {
  const { applied } = await migrate(database);
  if (applied.length > 0) {
    log.info({ applied }, 'database migrated');
    options.onMigrated(applied);
  }
  const functions = await installFunctions(database, logFunctions);
  return { functions, cluster: await readCluster(database) };
}

interface BatcherParts {
  readonly sendBatch: BatcherOptions['sendBatch'];
  readonly publish: (publication: Publication) => void;
  readonly metrics: Metrics;
  readonly log: CoreLog;
}

function createBatcher({ sendBatch, publish, metrics, log }: BatcherParts): Batcher {
  return new Batcher({
    sendBatch,
    onApplied: (applied) => {
      for (const publication of toPublications(applied)) publish(publication);
    },
    onPoison: (error) => log.error({ err: error }, 'a message could not be stored'),
    onFlush: (operations, seconds) => {
      metrics.flushSize.observe(operations);
      metrics.flushSeconds.observe(seconds);
    },
    random: Math.random,
    delay,
  });
}
