import pg from 'pg';
import { parentOf } from './cpu.js';

/** The PostgreSQL of the bench, where each subject's run gets a database of its own. */
export interface Databases {
  readonly version: string;
  /** False when PostgreSQL does not wait for its disk: then the figures are not those of durable messages. */
  readonly isDurable: boolean;
  /** Undefined when the cluster is not on this machine, so that its CPU cannot be read. */
  readonly postmasterPid: number | undefined;
  /** Makes a database, empty or as a copy of another, and returns its URL. */
  create(name: string, template?: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Writes out what earlier runs left to be written, so that the next one does not pay for it. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function openDatabases(url: string): Promise<Databases> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query(
    `select current_setting('server_version') as version, pg_backend_pid() as pid,
       current_setting('fsync') = 'on' and current_setting('synchronous_commit') = 'on' as durable`,
  );
  const [facts] = rows;
  const isHere = new Set(['127.0.0.1', 'localhost', '[::1]']).has(new URL(url).hostname);
  return {
    version: String(facts.version),
    isDurable: facts.durable === true,
    postmasterPid: isHere ? parentOf(Number(facts.pid)) : undefined,
    create: async (name, template) => {
      await client.query(`drop database if exists ${name} with (force)`);
      await client.query(`create database ${name}${template === undefined ? '' : ` template ${template}`}`);
      const made = new URL(url);
      made.pathname = `/${name}`;
      return made.href;
    },
    drop: async (name) => {
      await client.query(`drop database if exists ${name} with (force)`);
    },
    settle: async () => {
      await client.query('checkpoint');
    },
    close: () => client.end(),
  };
}

/** Rows of one query on a database of which nobody else knows. */
export async function queryOnce<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
