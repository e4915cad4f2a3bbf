/**
 * Runs a block of tests on both engines.
 *
 * - Each file gets a database of its own: a fresh one on the PostgreSQL of PARLEY_TEST_DATABASE_URL, dropped afterwards, and a copy of the embedded
 *   template in a temporary folder. It is opened once a file and engine, so call this once a file.
 * - Without the variable the PostgreSQL half fails. It is never skipped: half a run that looks green is worse than a red one.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { type Core, openCore } from '../core.js';
import type { Database } from '../db/database.js';
import { installFunctions } from '../db/install-functions.js';
import { openPostgres, type PostgresOptions } from '../db/postgres-database.js';
import { logFunctions } from '../eventlog/functions.js';
import { createSendBatch, type SendBatch } from '../eventlog/send.js';
import { optionDefaults } from '../options.js';
import { copyTemplate } from './embedded-template.js';
import { testSecret } from './test-secret.js';

/** What a test gets of an engine. */
export interface TestEngine {
  readonly core: Core;
  readonly database: Database;
  /** Where the database is, for another server on it; undefined on the embedded engine. */
  readonly databaseUrl: string | undefined;
  /** Qualified name of the installed send function. */
  readonly sendFunction: string;
  readonly sendBatch: SendBatch;
  /** One statement as text, on any connection. The test states the shape of its rows. */
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Another way into the same database: on PostgreSQL a pool of its own, of one connection unless told; else the same one session. */
  openAnother(options?: Omit<PostgresOptions, 'url'>): Promise<Database>;
  /** A plain connection, outside every pool. PostgreSQL only. */
  connect(): Promise<pg.Client>;
}

export type EngineName = Database['engine'];

/** `open` gives the engine inside tests and hooks; the database is migrated and empty at the start of the file. */
export type EngineBlock = (open: () => TestEngine, engine: EngineName) => void;

export function describeEachEngine(name: string, block: EngineBlock): void {
  describeOn('embedded', name, block);
  describePostgres(name, block);
}

/** For what only connections beside each other can show: the embedded engine has one session. */
export function describePostgres(name: string, block: EngineBlock): void {
  describeOn('postgres', name, block);
}

function describeOn(engine: EngineName, name: string, block: EngineBlock): void {
  describe(`${name} (${engine})`, () => {
    let opened: (TestEngine & { close(): Promise<void> }) | undefined;
    beforeAll(async () => {
      opened = await (engine === 'postgres' ? openOnPostgres() : openOnEmbedded());
    });
    afterAll(() => opened?.close());
    block(() => {
      if (opened === undefined) throw new Error('the engine is open inside tests and hooks only');
      return opened;
    }, engine);
  });
}

async function openOnEmbedded() {
  const folder = await mkdtemp(join(tmpdir(), 'parley-'));
  copyTemplate(inject('embeddedTemplate'), folder);
  const { engine, close } = await openEngine({ dataDirectory: folder });
  return {
    ...engine,
    databaseUrl: undefined,
    openAnother: async () => engine.database,
    connect: () => Promise.reject(new Error('the embedded engine has one session')),
    close: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function openOnPostgres() {
  const server = serverUrl();
  const name = `parley_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const databaseUrl = url.href;
  const others: (() => Promise<void>)[] = [];
  const { engine, close } = await openEngine({ databaseUrl });
  return {
    ...engine,
    databaseUrl,
    openAnother: async (options: Omit<PostgresOptions, 'url'> = {}) => {
      const another = await openPostgres({ ...patient, ...options, url: databaseUrl });
      others.push(() => another.close());
      return another;
    },
    connect: async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      // A test that terminates the backend hears of it from the query under way.
      client.on('error', () => {});
      await client.connect();
      others.push(() => client.end());
      return client;
    },
    close: async () => {
      await Promise.all(others.map((end) => end()));
      await close();
      await administer(server, `drop database ${name} with (force)`);
    },
  };
}

async function openEngine(place: { readonly databaseUrl?: string; readonly dataDirectory?: string }) {
  const quiet = { info: () => {}, error: () => {} };
  const core = await openCore({ ...optionDefaults, ...place, secret: testSecret }, quiet);
  const { database } = core;
  const { send } = await installFunctions(database, logFunctions);
  const query = async <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const { rows } = await database.kysely.executeQuery(CompiledQuery.raw(text, [...values]));
    return rows as Row[];
  };
  const engine = { core, database, sendFunction: send, sendBatch: createSendBatch(database, send), query };
  return { engine, close: () => core.close() };
}

/** What waits for a lock in a test waits for the test, on a slow machine too. */
const patient = { poolSize: 1, statementTimeoutMs: 60_000, lockTimeoutMs: 60_000, queryTimeoutMs: 60_000 };

function serverUrl(): string {
  const url = process.env['PARLEY_TEST_DATABASE_URL'];
  if (url === undefined || url === '')
    throw new Error(
      'PARLEY_TEST_DATABASE_URL is not set. Run `npm test -- database`, which brings a PostgreSQL of its own.',
    );
  return url;
}

async function administer(server: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
