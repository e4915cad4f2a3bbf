import { Worker } from 'node:worker_threads';
import { EmbeddedDatabaseError, type WorkerAnswer, type WorkerRequest } from './worker-protocol.js';

export interface QueryResult {
  readonly rows: unknown[];
  readonly affectedRows: number | undefined;
}

/** The embedded database as seen from the server's thread: one session, queries in the order they are asked. */
export interface WorkerClient {
  query(text: string, values: readonly unknown[]): Promise<QueryResult>;
  close(): Promise<void>;
}

interface Pending {
  readonly resolve: (result: QueryResult) => void;
  readonly reject: (error: Error) => void;
}

/** Starts the thread and opens the database in it. */
export async function startWorker(dataDir: string): Promise<WorkerClient> {
  const worker = createWorker(dataDir);
  const pending = new Map<number, Pending>();
  let nextId = 1;
  const failAll = (error: Error): void => {
    for (const { reject } of pending.values()) reject(error);
    pending.clear();
  };
  await opened(worker);
  worker.on('message', (answer: WorkerAnswer) => {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (answer.kind === 'rows') waiting?.resolve(answer);
    else if (answer.kind === 'error') waiting?.reject(new EmbeddedDatabaseError(answer.error));
  });
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('Connection terminated: the embedded database has stopped')));
  const ask = (request: (id: number) => WorkerRequest): Promise<QueryResult> =>
    new Promise((resolve, reject) => {
      const id = nextId;
      nextId += 1;
      pending.set(id, { resolve, reject });
      worker.postMessage(request(id));
    });
  return {
    query: (text, values) => ask((id) => ({ id, kind: 'query', text, values })),
    close: async () => {
      await ask((id) => ({ id, kind: 'close' }));
      await worker.terminate();
    },
  };
}

function opened(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (answer: WorkerAnswer) => {
      worker.off('error', reject);
      if (answer.kind === 'failed') {
        void worker.terminate();
        reject(new EmbeddedDatabaseError(answer.error));
      } else resolve();
    });
  });
}

/** In the build the worker stands beside the bundle. Run from sources it is TypeScript, and `--import tsx` does nothing in a thread. */
function createWorker(dataDir: string): Worker {
  if (!import.meta.url.endsWith('.ts'))
    return new Worker(new URL('./embedded-worker.js', import.meta.url), { workerData: { dataDir } });
  const source = JSON.stringify(new URL('./embedded-worker.ts', import.meta.url));
  const boot = `import('tsx/esm/api').then(({ register }) => { register(); return import(${source}); })`;
  return new Worker(boot, { eval: true, workerData: { dataDir } });
}
