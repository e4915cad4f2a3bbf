import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export type Engine = 'embedded' | 'postgres';
export const engines: readonly Engine[] = ['embedded', 'postgres'];

/** Where a server keeps everything: it outlives the server, so that another one can be started on it. */
export interface TestStore {
  readonly engine: Engine;
  /** A folder of its own; the embedded database and minted secrets are in it. */
  readonly dataDir: string;
  /** A database of its own; undefined for the embedded engine. */
  readonly databaseUrl: string | undefined;
  /** Removes both. */
  close(): Promise<void>;
}

/** Makes an empty store. Throws for PostgreSQL when no server is named. */
export async function openTestStore(engine: Engine): Promise<TestStore> {
  const database = engine === 'postgres' ? await createDatabase() : undefined;
  const dataDir = await mkdtemp(join(tmpdir(), 'parley-data-'));
  return {
    engine,
    dataDir,
    databaseUrl: database?.url,
    close: async () => {
      await rm(dataDir, { recursive: true, force: true });
      await database?.drop();
    },
  };
}

interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

async function createDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env['PARLEY_TEST_DATABASE_URL'];
  if (serverUrl === undefined)
    throw new Error(
      'PARLEY_TEST_DATABASE_URL is not set. Run `npm test`, which brings a PostgreSQL, or name a server where databases may be created.',
    );
  const name = `parley_test_${randomBytes(8).toString('hex')}`;
  await runOn(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runOn(serverUrl, `drop database ${name} with (force)`) };
}

async function runOn(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
