/**
 * A Parley server as a process of its own, as users run it: what tests kill, stop and start again.
 *
 * The process gets only the variables named here, so that settings of whoever runs the tests do not reach it. Whatever is not given (folder,
 * database) is made for it and removed by `stop()`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Engine, openTestStore } from './test-store.js';

export interface StartOptions {
  readonly engine: Engine;
  readonly dataDir?: string | undefined;
  readonly databaseUrl?: string | undefined;
  /** @default a free one */
  readonly port?: number;
  /** More settings, as variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Told of everything it prints, as it prints it. */
  readonly onOutput?: (text: string) => void;
}

export interface TestServer {
  readonly engine: Engine;
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  /** Everything it has printed, the last 20,000 characters of it. */
  output(): string;
  /** Ends it as a power cut of the process would; resolves when it is gone. */
  kill9(): Promise<void>;
  /** Asks it to end, unless it has, and removes what was made for it. Throws when it ends badly. */
  stop(): Promise<void>;
}

/** The server ended before it was ready. */
export class ServerStartError extends Error {
  override readonly name = 'ServerStartError';
  readonly exitCode: number | null;
  readonly output: string;

  constructor(exitCode: number | null, output: string) {
    super(`the server ended with exit code ${exitCode} before it was ready:\n${output}`);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/** What was built, or what the runner of the mutants built in its place. */
const cli =
  process.env['PARLEY_TEST_SERVER_CLI'] ??
  fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url));
const keptOutput = 20_000;
const readyWithinMs = 30_000;
const stopWithinMs = 15_000;

/** Starts a server and waits until `/health` answers. Throws {@link ServerStartError} when it ends instead. */
export async function startServer(options: StartOptions): Promise<TestServer> {
  if (!existsSync(cli)) throw new Error(`${cli} is not built. Run \`npm run build\`, or \`npm test\`.`);
  const made = await makeMissing(options);
  try {
    let wasKilled = false;
    const child = spawn(process.execPath, [cli, 'serve'], {
      env: environment({ ...options, ...made.places }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const watched = watch(child, options.onOutput);
    const url = await watched.untilReady();
    return {
      engine: options.engine,
      url,
      pid: child.pid ?? 0,
      output: watched.output,
      kill9: () => {
        wasKilled = true;
        return watched.end('SIGKILL');
      },
      stop: async () => {
        await watched.end('SIGTERM');
        await made.remove();
        if (!wasKilled && watched.exitCode() !== 0)
          throw new Error(`the server ended with exit code ${watched.exitCode()}:\n${watched.output()}`);
      },
    };
  } catch (error) {
    await made.remove();
    throw error;
  }
}

interface Made {
  readonly places: { readonly dataDir: string; readonly databaseUrl: string | undefined };
  remove(): Promise<void>;
}

async function makeMissing({ engine, dataDir, databaseUrl }: StartOptions): Promise<Made> {
  const isComplete = dataDir !== undefined && (engine === 'embedded' || databaseUrl !== undefined);
  if (isComplete) return { places: { dataDir, databaseUrl }, remove: async () => {} };
  const store = await openTestStore(engine);
  const places = { dataDir: dataDir ?? store.dataDir, databaseUrl: databaseUrl ?? store.databaseUrl };
  return { places, remove: () => store.close() };
}

function environment(options: StartOptions & Made['places']): NodeJS.ProcessEnv {
  // PARLEY_TEST_RUN marks what belongs to a run of the tests, so that nothing is left behind after Ctrl-C.
  const kept = ['PATH', 'HOME', 'TMPDIR', 'PARLEY_TEST_RUN'] as const;
  return {
    ...Object.fromEntries(
      kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ),
    PORT: String(options.port ?? 0),
    PARLEY_DATA_DIR: options.dataDir,
    PARLEY_LOG_LEVEL: 'warn',
    // Raw sockets do not move; tests of a drain give it time.
    PARLEY_DRAIN_MS: '0',
    // Tests send more from one machine than people do; tests of the limits say which.
    PARLEY_RATE_LIMITS: 'false',
    ...(options.engine === 'postgres' ? { DATABASE_URL: options.databaseUrl } : {}),
    ...options.env,
  };
}

function watch(child: ChildProcess, onOutput: (text: string) => void = () => {}) {
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  void ended.then(() => process.off('exit', killWithUs));

  const untilReady = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`the server was not ready after ${readyWithinMs / 1000} s:\n${output}`));
      }, readyWithinMs);
      const read = (chunk: Buffer): void => {
        onOutput(chunk.toString());
        output = (output + chunk.toString()).slice(-keptOutput);
        const port = /ready at http:\/\/[^:]+:(\d+)\//.exec(output)?.[1];
        if (port === undefined) return;
        clearTimeout(timer);
        resolve(`http://127.0.0.1:${port}`);
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      void ended.then((code) => {
        clearTimeout(timer);
        reject(new ServerStartError(code, output));
      });
    });

  return {
    output: () => output,
    exitCode: () => child.exitCode,
    untilReady: async () => {
      const url = await untilReady();
      const health = await fetch(`${url}/health`);
      if (!health.ok) throw new Error(`/health answered ${health.status}:\n${output}`);
      return url;
    },
    end: async (signal: 'SIGKILL' | 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
      await ended;
      clearTimeout(timer);
    },
  };
}
