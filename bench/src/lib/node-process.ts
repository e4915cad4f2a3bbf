import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const readyWithinMs = 60_000;
const keptOutput = 8_000;

export interface NodeProcessOptions {
  readonly name: string;
  /** A built script, or a TypeScript one, which tsx loads in the same process. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Its first group is the port the process listens on. */
  readonly readyWhen: RegExp;
}

export interface NodeProcess {
  readonly pid: number;
  readonly port: number;
  /** Asks the process to end and waits until it has. */
  stop(): Promise<void>;
}

/** Starts a server and waits for the line that tells its port. It gets no setting of the bench's own environment. */
export function startNode(options: NodeProcessOptions): Promise<NodeProcess> {
  const { name, script, args = [], nodeArgs = [], env = {}, readyWhen } = options;
  const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeArgs, ...loader, script, ...args], {
      cwd: root,
      env: { ...plainEnvironment(), NODE_ENV: 'production', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = stopper(child);
    let output = '';
    const fail = (reason: string): void => {
      clearTimeout(timer);
      void stop();
      reject(new Error(`${name} did not start: ${reason}\n${output}`));
    };
    const timer = setTimeout(() => fail(`not ready after ${readyWithinMs / 1000} s`), readyWithinMs);
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-keptOutput);
      const port = Number(readyWhen.exec(output)?.[1]);
      if (!Number.isInteger(port) || child.pid === undefined) return;
      clearTimeout(timer);
      resolve({ pid: child.pid, port, stop });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}`));
  });
}

function plainEnvironment(): NodeJS.ProcessEnv {
  // The mark by which a run's processes are found again stays: it is how none of them is left behind.
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'PARLEY_TEST_RUN'];
  return Object.fromEntries(kept.map((name) => [name, process.env[name]]));
}

const live = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of live) child.kill('SIGKILL');
});

function stopper(child: ChildProcess): () => Promise<void> {
  live.add(child);
  const gone = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  }).then(() => void live.delete(child));
  return async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await gone;
    clearTimeout(timer);
  };
}
