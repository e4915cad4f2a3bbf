import { randomUUID } from 'node:crypto';
import { type ChatEvent, listOperations, type OperationName } from '@parley/protocol';
import pg from 'pg';
import type { Database } from '../db/database.js';
import { openEmbedded } from '../db/embedded/embedded-database.js';
import { installFunctions } from '../db/install-functions.js';
import { migrate } from '../db/migrate.js';
import { openPostgres } from '../db/postgres-database.js';
import { createFlushSteps } from '../eventlog/flush-steps.js';
import { logFunctions } from '../eventlog/functions.js';
import { createSendBatch } from '../eventlog/send.js';
import { messagesFeature } from '../features/messages/index.js';
import { reactionsFeature } from '../features/reactions/index.js';
import { Batcher } from '../kernel/batcher.js';
import type { Handler } from '../kernel/define-feature.js';
import { createExecute } from '../kernel/execute.js';
import { createFlush } from '../kernel/flush.js';
import { createParley, type Parley } from '../kernel/parley.js';
import { PendingDrain, type RefusedOperation } from '../kernel/pending/drain.js';
import { collectCarries, type RegisteredOperation, type Registry } from '../kernel/registry.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import { createTestDatabase } from './test-database.js';

/** A node with nothing but what carries pending operations out: its clock stands still, so it polls when told. */
export interface PendingNode {
  readonly parley: Parley;
  readonly registry: Registry;
  readonly drain: PendingDrain;
  readonly clock: FakeClock;
  readonly events: ChatEvent[];
  readonly refused: RefusedOperation[];
  readonly errors: unknown[];
  /** Polls until nothing is waiting. */
  drainAll(): Promise<void>;
}

export interface PendingScene {
  readonly database: Database;
  /** The app's own connection. PostgreSQL only. */
  connect(): Promise<pg.Client>;
  openNode(options?: NodeOptions): Promise<PendingNode>;
  close(): Promise<void>;
}

export interface NodeOptions {
  /** Awaited after an operation was carried out, before anything else learns of it. */
  readonly afterExecute?: () => Promise<void>;
  /** Awaited before an operation is carried out. */
  readonly beforeExecute?: () => Promise<void>;
  readonly onRefused?: (refused: RefusedOperation) => void;
  readonly leaseMs?: number;
}

/** A database of its own, empty and migrated, and nodes on it. */
export async function openPendingScene(engine: Database['engine']): Promise<PendingScene> {
  const place = engine === 'postgres' ? await createTestDatabase() : undefined;
  const database =
    place === undefined
      ? await openEmbedded({ directory: 'memory', log: { error: () => {} } })
      : await openPostgres({ url: place.url });
  await migrate(database);
  const functions = await installFunctions(database, logFunctions);
  const closing: (() => Promise<void>)[] = [];
  return {
    database,
    connect: async () => {
      const client = new pg.Client({ connectionString: place?.url });
      await client.connect();
      closing.push(() => client.end());
      return client;
    },
    openNode: async (options = {}) => {
      // Of its own on PostgreSQL, as on another machine; the embedded engine has one node.
      const own = place === undefined ? database : await openPostgres({ url: place.url, poolSize: 6 });
      const node = assemble(own, functions, options);
      closing.push(async () => {
        await node.drain.close();
        if (own !== database) await own.close();
      });
      return node;
    },
    close: async () => {
      for (const close of closing.reverse()) await close();
      await database.close();
      await place?.drop();
    },
  };
}

function assemble(
  database: Database,
  functions: Parameters<typeof createFlushSteps>[0],
  options: NodeOptions,
): PendingNode {
  const [events, refused, errors]: [ChatEvent[], RefusedOperation[], unknown[]] = [[], [], []];
  const registry = createWriterRegistry();
  const batcher = new Batcher({
    flush: createFlush({
      database,
      sendBatch: createSendBatch(database, functions.send),
      steps: createFlushSteps(functions),
      reacts: registry.reacts,
      messagesOf: registry.messagesOf,
    }),
    onApplied: (applied) => void events.push(...applied),
    onPoison: (error) => void errors.push(error),
    random: () => 0,
    delay: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const newId = () => randomUUID();
  const execute = createExecute({
    database,
    registry,
    batcher,
    limits: { admit: () => undefined },
    publish: () => {},
    touch: () => {},
    touchOwn: () => {},
    newId,
    now: Date.now,
    delay: () => Promise.resolve(),
    random: () => 0,
  });
  const clock = createFakeClock();
  const drain = new PendingDrain({
    database,
    registry,
    clock,
    random: () => 0,
    execute: async (call) => {
      await options.beforeExecute?.();
      const answer = await execute(call);
      await options.afterExecute?.();
      return answer;
    },
    onRefused: (one) => {
      refused.push(one);
      options.onRefused?.(one);
    },
    onError: (error) => void errors.push(error),
    metrics: { drained: () => {}, refused: () => {} },
    ...(options.leaseMs === undefined ? {} : { leaseMs: options.leaseMs }),
  });
  const parley = createParley({ database, registry, execute, newId, clock, onWritten: () => {} });
  const drainAll = async (): Promise<void> => {
    while ((await parley.pendingOperations.countWaiting()) > 0) {
      await drain.poll();
      await drain.settled();
    }
  };
  return { parley, registry, drain, clock, events, refused, errors, drainAll };
}

/** The writers of messages and reactions; nothing else is asked for here. */
function createWriterRegistry(): Registry {
  const operations = new Map<string, RegisteredOperation>();
  const handlers = { ...messagesFeature.handlers, ...reactionsFeature.handlers };
  for (const [name, { feature, operation }] of listOperations()) {
    const handler = handlers[name as OperationName];
    if (handler === undefined) continue;
    // Found under the name of its operation.
    operations.set(name, {
      name: name as OperationName,
      feature,
      operation,
      handler: handler as Handler<OperationName>,
    });
  }
  const messagesOf = collectCarries([messagesFeature, reactionsFeature]);
  // Writers use none of the rest.
  return { operations, reacts: new Map(), messagesOf } as unknown as Registry;
}
