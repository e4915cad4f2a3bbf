/** The thread of the embedded database: a query of 52 ms on the server's thread would delay every timer and every socket by 52 ms. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import type { WireError, WorkerAnswer, WorkerRequest } from './worker-protocol.js';

const port = parentPort;
if (port === null) throw new Error('the embedded database runs in a worker thread');
const answer = (message: WorkerAnswer): void => port.postMessage(message);

try {
  const database = await PGlite.create({
    dataDir: (workerData as { dataDir: string }).dataDir,
    // The same values as from PostgreSQL; see postgres-database.ts.
    parsers: { [types.INT8]: Number, [types.TIMESTAMPTZ]: (value) => value },
  });
  port.on('message', (request: WorkerRequest) => void handle(database, request));
  answer({ id: 0, kind: 'open' });
} catch (error) {
  answer({ id: 0, kind: 'failed', error: toWireError(error) });
}

async function handle(database: PGlite, request: WorkerRequest): Promise<void> {
  try {
    if (request.kind === 'close') {
      await database.close();
      answer({ id: request.id, kind: 'rows', rows: [], affectedRows: undefined });
      return;
    }
    const { rows, affectedRows } = await database.query(request.text, [...request.values]);
    answer({ id: request.id, kind: 'rows', rows, affectedRows });
  } catch (error) {
    answer({ id: request.id, kind: 'error', error: toWireError(error) });
  }
}

function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { message: String(error), code: undefined, constraint: undefined };
  return { message: error.message, code: textOf(error, 'code'), constraint: textOf(error, 'constraint') };
}

function textOf(error: object, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}
