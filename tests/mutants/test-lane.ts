import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { root } from './mutant.js';

/** Tests to run, with a mutant where they run the sources, and with that server where they start one. */
export interface Order {
  /** From the root of the repository. */
  readonly file: string;
  /** A regular expression over full names. */
  readonly tests: string;
  readonly mutant?: string | undefined;
  readonly serverCli?: string | undefined;
  /** Ends with the first failure. */
  readonly bail: boolean;
}

/** What became of some tests. */
export interface TestResult {
  readonly passed: readonly string[];
  /** Full names, in the order they failed. */
  readonly failed: readonly string[];
  /** Why the run ended badly although no test failed: a hook, a file that cannot be read, the time. */
  readonly broken: string | undefined;
}

const limitMs = 180_000;

/** A process that runs tests, one order at a time; a new one takes its place when an order takes too long. */
export class TestLane {
  #child: Promise<ChildProcess> | undefined;

  /** Never rejects for what the tests do. */
  async run(order: Order): Promise<TestResult> {
    this.#child ??= start();
    const child = await this.#child;
    return new Promise((resolve) => {
      const end = (result: TestResult): void => {
        clearTimeout(timer);
        child.off('message', end).off('exit', gone);
        resolve(result);
      };
      const gone = (): void => {
        this.#child = undefined;
        end({ passed: [], failed: [], broken: `no answer within ${limitMs / 1000} s, or the lane ended` });
      };
      const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
      child.once('exit', gone);
      // The lane sends nothing but results.
      child.on('message', end);
      child.send(order);
    });
  }

  async close(): Promise<void> {
    const child = await this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
}

function start(): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = fork(join(root, 'tests/mutants/lane-process.ts'), {
      cwd: root,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`a lane ended with ${code} before it was ready`)));
  });
}
