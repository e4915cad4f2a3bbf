/**
 * A kysely dialect on the embedded database. It has one session, so connections are handed out one at a time: a query outside a transaction waits
 * until that ends. For the same reason a query on the outer handle inside a transaction would wait for itself; stores take the `tx` they are given.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { Mutex } from './mutex.js';
import type { WorkerClient } from './worker-client.js';

export function createEmbeddedDialect(client: WorkerClient, mutex: Mutex): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(client, mutex),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

function createDriver(client: WorkerClient, mutex: Mutex): Driver {
  const connection = createConnection(client);
  const run = async (text: string): Promise<void> => {
    await client.query(text, []);
  };
  return {
    init: async () => {},
    acquireConnection: async () => {
      await mutex.acquire();
      return connection;
    },
    releaseConnection: async () => mutex.release(),
    beginTransaction: (_connection, { isolationLevel = 'read committed', accessMode = 'read write' }) =>
      run(`begin isolation level ${isolationLevel} ${accessMode}`),
    commitTransaction: () => run('commit'),
    rollbackTransaction: () => run('rollback'),
    destroy: async () => {},
  };
}

function createConnection(client: WorkerClient): DatabaseConnection {
  return {
    executeQuery: async <Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> => {
      const { rows, affectedRows } = await client.query(sql, parameters);
      return {
        // The statement's author states the shape of its rows.
        rows: rows as Row[],
        ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }),
      };
    },
    streamQuery: () => {
      throw new Error('the embedded database does not stream');
    },
  };
}
