/**
 * Puts the parts below the gateway together: database, log, batcher, broker, hub, features, `execute`. With `plugin.ts` the only place that
 * constructs.
 */
import { randomFillSync } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { createIdFactory } from '@parley/protocol';
import { defaultTenantId } from './access/actor.js';
import type { Authenticator } from './access/authenticator.js';
import { createTokens, type Tokens } from './access/tokens.js';
import { connectNodes, type Nodes } from './core/connect-nodes.js';
import { hiddenFeatures, openAuthenticator } from './core/open-authenticator.js';
import { openBroker, scopeOf } from './core/open-broker.js';
import { type OpenedHooks, openHooks } from './core/open-hooks.js';
import { openLimits } from './core/open-limits.js';
import { openPeople } from './core/open-people.js';
import { openResetRequests } from './core/open-reset-requests.js';
import { type Cluster, readCluster } from './db/cluster.js';
import type { Database } from './db/database.js';
import { openEmbedded } from './db/embedded/embedded-database.js';
import { installFunctions } from './db/install-functions.js';
import { migrate } from './db/migrate.js';
import { openPostgres } from './db/postgres-database.js';
import { createFlushSteps } from './eventlog/flush-steps.js';
import { logFunctions } from './eventlog/functions.js';
import { keepCommitLogShort } from './eventlog/retention.js';
import { createSendBatch } from './eventlog/send.js';
import type { Publication } from './fanout/broker.js';
import { Hub } from './fanout/hub.js';
import { Wakeups } from './fanout/wakeups.js';
import type { ResetRequests } from './features/auth/reset-requests.js';
import { createFeatures } from './features/index.js';
import type { PresenceBoard } from './features/presence/presence.js';
import { Batcher } from './kernel/batcher.js';
import type { Execute } from './kernel/call.js';
import type { Feature } from './kernel/define-feature.js';
import { createExecute } from './kernel/execute.js';
import { createFlush } from './kernel/flush.js';
import { createParley, type Parley } from './kernel/parley.js';
import { PendingDrain } from './kernel/pending/drain.js';
import { createDrainMetrics } from './kernel/pending/drain-metrics.js';
import { countWaiting } from './kernel/pending/pending.store.js';
import { toPublications } from './kernel/publications.js';
import { createPull } from './kernel/pull.js';
import { createRegistry, type Registry } from './kernel/registry.js';
import { BoundedQueue } from './lib/bounded-queue.js';
import type { Clock } from './lib/clock.js';
import { createMetrics, type Metrics } from './lib/metrics.js';
import { createNodeMetrics } from './lib/node-metrics.js';
import type { Limiter } from './limits/limiter.js';
import type { ResolvedOptions } from './options.js';

export interface Core {
  readonly database: Database;
  readonly cluster: Cluster;
  readonly registry: Registry;
  readonly execute: Execute;
  readonly parley: Parley;
  readonly hub: Hub;
  readonly nodes: Nodes;
  /** Who is connected here, as those who look are told. */
  readonly presence: PresenceBoard;
  readonly authenticator: Authenticator;
  /** Our own. */
  readonly tokens: Tokens;
  /** How often somebody may do something. */
  readonly limits: Limiter;
  readonly metrics: Metrics;
  readonly newId: () => string;
  readonly clock: Clock;
  /** Ends long polls; call it before waiting for requests to end. */
  endWaits(): void;
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
  const authenticator = await openAuthenticator({ options, database, tokens });
  const metrics = createMetrics({
    sockets: () => fanout.hub.size,
    queued: () => batcher.queued,
    busyConversations: () => fanout.hub.busyConversations,
  });
  const parts: Parts = { options, database, metrics, newId, log };
  const hooks = openHooks(parts);
  const fanout = openFanout({ ...parts, cluster, hooks }, () => registry);
  const { hub, nodes, people, wakeups } = fanout;
  const resetRequests = openResetRequests({ database, options, log });
  const registry = createRegistry(
    openFeatures({ ...parts, tokens, authenticator, cluster, fanout, resetRequests }),
    hiddenFeatures(options),
  );
  const batcher: Batcher = createBatcher({ ...parts, functions, registry, fanout });
  const limits = openLimits({ options, scope: scopeOf(cluster), metrics: metrics.registry });
  const execute = openExecute({ ...parts, registry, batcher, limits, fanout, gate: hooks.gate });
  const { parley, stop } = startBackground({ ...parts, registry, execute });
  return {
    database,
    cluster,
    registry,
    execute,
    parley,
    hub,
    nodes,
    presence: people.presence,
    authenticator,
    tokens,
    limits,
    metrics,
    newId,
    clock: options.clock,
    endWaits: () => wakeups.close(),
    close: () =>
      closeInOrder([
        wakeups,
        { close: stop },
        resetRequests,
        { close: () => hooks.admitted() },
        { close: () => batcher.drain() },
        hooks,
        people,
        nodes,
        limits,
        database,
      ]),
  };
}

interface ExecuteParts extends Parts {
  readonly gate: OpenedHooks['gate'];
  readonly registry: Registry;
  readonly batcher: Batcher;
  readonly limits: Limiter;
  readonly fanout: Fanout;
}

function openExecute(parts: ExecuteParts): Execute {
  const { options, database, newId, registry, batcher, limits, fanout, gate } = parts;
  return createExecute({
    database,
    registry,
    batcher,
    limits,
    gate,
    publish: fanout.publish,
    touch: fanout.nodes.touchElsewhere,
    touchOwn: fanout.nodes.touch,
    newId,
    now: options.clock.now,
    delay,
    random: Math.random,
  });
}

/** What is above before what it stands on. */
async function closeInOrder(parts: readonly { close(): unknown }[]): Promise<void> {
  for (const part of parts) await part.close();
}

type Functions = Awaited<ReturnType<typeof prepareDatabase>>['functions'];

/** What every part of the core is made with. */
interface Parts {
  readonly options: ResolvedOptions;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly newId: () => string;
  readonly log: CoreLog;
}

type Fanout = ReturnType<typeof openFanout>;

interface FanoutParts extends Parts {
  readonly cluster: Cluster;
  readonly hooks: OpenedHooks;
}

/** The sockets here, the nodes elsewhere, and what they are told. Nothing is read through the registry before the core is open. */
function openFanout(parts: FanoutParts, registry: () => Registry) {
  const { options, database, metrics, newId, log } = parts;
  const nodeMetrics = createNodeMetrics(metrics.registry, { isUnwell: () => nodes.state === 'redis_unwell' });
  const hub = new Hub({
    pull: createPull(registry, { db: database.kysely, newId, now: options.clock.now }),
    clock: options.clock,
    counters: nodeMetrics,
  });
  const nodes = connectNodes({
    database,
    broker: openBroker(parts, nodeMetrics),
    hub,
    metrics: nodeMetrics,
    clock: options.clock,
    onPeople: (from, message) => people.elsewhere.hear(from, message),
    onHearing: () => people.elsewhere.ask(),
    onError: (error, message) => log.error({ err: error }, message),
  });
  if (nodes.state === 'polling')
    log.info(
      {},
      'without Redis: other nodes on this database are heard within a fifth of a second, signals not at all',
    );
  const publish = (publication: Publication): void => {
    metrics.publishedEvents.inc(publication.events.length);
    nodes.publish(publication);
    parts.hooks.told(publication);
  };
  const wakeups = new Wakeups({ hub, clock: options.clock, arriving: nodes.arriving });
  const people = openPeople({
    database,
    signal: nodes.publishSignal,
    publishPeople: nodes.publishPeople,
    onMarksWritten: (cause, count) => metrics.watermarksWritten.inc({ cause }, count),
    clock: options.clock,
    onError: (error, message) => log.error({ err: error }, message),
  });
  return { hub, nodes, people, wakeups, publish };
}

interface FeatureParts extends Parts {
  readonly tokens: Tokens;
  readonly authenticator: Pick<Authenticator, 'forget'>;
  readonly cluster: Cluster;
  readonly fanout: Fanout;
  readonly resetRequests: ResetRequests;
}

function openFeatures({
  options,
  database,
  newId,
  tokens,
  authenticator,
  cluster,
  fanout,
  resetRequests,
  log,
}: FeatureParts): Feature[] {
  const { nodes, people, wakeups } = fanout;
  const hashQueue = new BoundedQueue({ concurrency: availableParallelism(), queueLimit: 64 });
  return createFeatures({
    database,
    secret: options.secret,
    tenantId: defaultTenantId,
    tokens,
    hashQueue,
    resetRequests,
    onRefreshReused: (session) =>
      log.error(session, 'a refresh token was used again after its grace: its session has ended'),
    newId,
    cluster,
    listen: (actor) => wakeups.listen(actor),
    touch: (userIds) => {
      authenticator.forget(userIds);
      nodes.touch(userIds);
    },
    signal: nodes.publishSignal,
    receipts: people.receipts,
    presence: people.presence,
    now: options.clock.now,
  });
}

interface BackgroundParts extends Parts {
  readonly registry: Registry;
  readonly execute: Execute;
}

/** What goes on without anybody's asking: written operations, schedules, pruning. */
function startBackground({ options, database, metrics, newId, log, registry, execute }: BackgroundParts) {
  const drain = new PendingDrain({
    database,
    registry,
    execute,
    clock: options.clock,
    random: Math.random,
    onRefused: options.onRefused,
    onError: (error) => log.error({ err: error }, 'pending operations could not be carried out'),
    metrics: createDrainMetrics(metrics.registry, () => countWaiting(database.kysely)),
  });
  drain.start();
  const parley = createParley({
    database,
    registry,
    execute,
    newId,
    clock: options.clock,
    onWritten: () => void drain.poll(),
  });
  const stopSchedules = registry.schedules.map(({ name, everyMs, run }) =>
    options.clock.every(everyMs, () => {
      run(database.kysely).catch((error: unknown) => log.error({ err: error }, `could not ${name}`));
    }),
  );
  const stopPruning = keepCommitLogShort({
    database,
    clock: options.clock,
    onError: (error) => log.error({ err: error }, 'the commit log could not be pruned'),
  });
  return {
    parley,
    stop: async () => {
      stopPruning();
      for (const stop of stopSchedules) stop();
      await drain.close();
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

interface BatcherParts extends Parts {
  readonly functions: Functions;
  readonly registry: Registry;
  readonly fanout: Fanout;
}

function createBatcher({ database, functions, registry, fanout, metrics, log }: BatcherParts): Batcher {
  return new Batcher({
    flush: createFlush({
      database,
      sendBatch: createSendBatch(database, functions.send),
      steps: createFlushSteps(functions),
      reacts: registry.reacts,
      messagesOf: registry.messagesOf,
    }),
    onApplied: (events, withheld) => {
      for (const publication of toPublications(events, withheld)) fanout.publish(publication);
      fanout.people.receipts.afterSend(events);
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
