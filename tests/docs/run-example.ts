import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../services/free-port.mjs';

export interface RunningExample {
  readonly url: string;
  /** Asks it to end and gives its exit code. */
  readonly stop: () => Promise<number | null>;
}

export interface ExampleOptions {
  /** With the example's `package.json`; its libraries are in `../node_modules`. */
  readonly folder: string;
  /** Where it is started, and so where it keeps an embedded database. */
  readonly dataDir: string;
  /** Of `package.json`: a command of a library and a file. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a script of an example on a free port and waits until it answers. */
export async function startExample({
  folder,
  dataDir,
  script,
  env,
}: ExampleOptions): Promise<RunningExample> {
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [command = '', file = ''] = String(scripts[script]).split(' ');
  const port = await freePort();
  // Of this process nothing but what any shell has: variables of the run would be settings of the example.
  const { PATH, HOME } = process.env;
  const child = spawn(join(folder, '../node_modules/.bin', command), [join(folder, file)], {
    cwd: dataDir,
    env: { PATH, HOME, ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += String(chunk);
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  while (!/ is at http/.test(printed)) {
    if (child.exitCode !== null) throw new Error(`the example ended at once: ${printed}`);
    await delay(50);
  }
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
