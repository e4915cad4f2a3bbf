import { randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** An empty database on the PostgreSQL of PARLEY_TEST_DATABASE_URL. Throws without one. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = process.env['PARLEY_TEST_DATABASE_URL'];
  if (server === undefined || server === '')
    throw new Error('PARLEY_TEST_DATABASE_URL is not set. Run `npm test -- database`.');
  const name = `parley_test_${randomBytes(6).toString('hex')}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `drop database ${name} with (force)`) };
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
