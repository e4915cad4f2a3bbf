import { mkdir } from 'node:fs/promises';
import { Kysely } from 'kysely';
import { type Clock, systemClock } from '../../lib/clock.js';
import type { Database, Statement } from '../database.js';
import type { Tables } from '../tables.js';
import { withTimeout } from '../with-timeout.js';
import { prepareDataDirectory } from './data-directory.js';
import { lockDirectory } from './directory-lock.js';
import { createEmbeddedDialect } from './embedded-dialect.js';
import { startMaintenance } from './maintenance.js';
import { Mutex } from './mutex.js';
import { startWorker } from './worker-client.js';

export interface EmbeddedOptions {
  /** Folder of the data; `memory` keeps nothing. */
  readonly directory: string;
  readonly log: { error(fields: object, message: string): void };
  readonly clock?: Clock;
}

/**
 * The embedded database: PGlite in a thread of its own. It survives `kill -9` of the process; it has no fsync, so a power cut can lose what was
 * acknowledged last. Throws `DirectoryInUseError` when another process has the folder.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<Database> {
  if (options.directory === 'memory') return open(options, 'memory://', async () => {});
  await mkdir(options.directory, { recursive: true });
  const unlock = await lockDirectory(options.directory);
  try {
    return await open(options, await prepareDataDirectory(options.directory, makeDatabase), unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** In a thread of its own that ends then: making a database takes 0.8 GB of memory, which a thread that goes on would keep; running one takes 0.4. */
async function makeDatabase(dataDir: string): Promise<void> {
  const client = await startWorker(dataDir);
  await client.close();
}

async function open(
  options: EmbeddedOptions,
  dataDir: string,
  unlock: () => Promise<void>,
): Promise<Database> {
  const client = await startWorker(dataDir);
  const mutex = new Mutex();
  const kysely = new Kysely<Tables>({ dialect: createEmbeddedDialect(client, mutex) });
  let statements = 0;
  const query = async <Row>({ text, values }: Statement): Promise<Row[]> => {
    statements += 1;
    const { rows } = await mutex.run(() => client.query(text, values));
    // The statement's author states the shape of its rows.
    return rows as Row[];
  };
  const stopMaintenance = startMaintenance({
    clock: options.clock ?? systemClock,
    run: (text) => mutex.run(() => client.query(text, [])),
    statements: () => statements,
    onError: (error) => options.log.error({ err: error }, 'maintenance of the embedded database failed'),
  });
  return {
    engine: 'embedded',
    kysely,
    query,
    transaction: (work) => {
      statements += 1;
      return kysely.transaction().execute(work);
    },
    snapshot: (work) => {
      statements += 1;
      return kysely
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(work);
    },
    ping: () =>
      withTimeout(
        2000,
        mutex.run(() => client.query('select 1', [])),
      ),
    close: async () => {
      stopMaintenance();
      await kysely.destroy();
      // Waits for whoever holds the session.
      await mutex.run(() => client.close());
      await unlock();
    },
  };
}
