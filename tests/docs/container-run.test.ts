/**
 * What the image runs, without Docker: the application folder made by the Dockerfile's own step and read-only from then on, the image's variables, its
 * command line and its health check, as nobody, with one folder to write to.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../services/free-port.mjs';
import { isRoot, unprivileged } from '../services/unprivileged.mjs';
import { readDockerfile, wordsOf } from './dockerfile.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const [build = [], final = []] = readDockerfile();
const instruction = (keyword: string): string => final.find((each) => each.keyword === keyword)?.value ?? '';

let folder: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-image-'));
  await chmod(folder, 0o755);
  const step = build.find(({ value }) => value.includes(' deploy ')) ?? { value: '' };
  const [command = '', ...words] = step.value.replace('/app', join(folder, 'app')).split(' ');
  await run(command, words, { cwd: root });
  await run('chmod', ['-R', 'a-w,a+rX', join(folder, 'app')]);
  for (const name of ['data', 'tmp']) {
    await mkdir(join(folder, name), { mode: 0o700 });
    if (isRoot) await chown(join(folder, name), unprivileged.uid ?? 0, unprivileged.gid ?? 0);
  }
  const given = instruction('ENV')
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]);
  environment = {
    ...Object.fromEntries(given),
    PATH: process.env['PATH'],
    PARLEY_TEST_RUN: process.env['PARLEY_TEST_RUN'],
    PARLEY_SECRET: 'b1Nq8sT0xV5yZ2cD7fG4hJ9kL3mP6rW1',
    PARLEY_DATA_DIR: join(folder, 'data'),
    PARLEY_LOG_LEVEL: 'warn',
    // The image has it as a tmpfs.
    TMPDIR: join(folder, 'tmp'),
    PORT: String(await freePort()),
  };
});

afterAll(async () => {
  await run('chmod', ['-R', 'u+w', folder]);
  await rm(folder, { recursive: true, force: true });
});

function start(words: readonly string[]): ChildProcess {
  const [command, ...rest] = words.map((word) => word.replace(/^\/app\//, `${join(folder, 'app')}/`));
  const path = command === 'node' ? process.execPath : (command ?? '');
  return spawn(path, rest, {
    cwd: join(folder, 'app'),
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    ...unprivileged,
  });
}

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('exit', resolve));

describe('what the image runs', () => {
  it('has no dependency of development', async () => {
    const { stdout } = await run('ls', [join(folder, 'app/node_modules/.pnpm')]);
    expect(stdout).not.toMatch(/^(vitest|typescript|tsup|@biomejs)/m);
  });

  it('serves as nobody from a folder it cannot write to, is healthy, writes to /data alone, and stops when asked', async () => {
    if (isRoot) await expect(run('touch', [join(folder, 'app/x')], { ...unprivileged })).rejects.toThrow();
    const isHealthy = () => endOf(start(wordsOf(instruction('HEALTHCHECK'))));
    expect(await isHealthy()).toBe(1);
    const server = start([...wordsOf(instruction('ENTRYPOINT')), ...wordsOf(instruction('CMD'))]);
    const ended = endOf(server);
    try {
      await expect.poll(isHealthy, { timeout: 120_000, interval: 200 }).toBe(0);
      const url = `http://127.0.0.1:${environment['PORT']}`;
      const registered = await fetch(`${url}/v1/auth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: 'ines', password: 'a password of some length' }),
      });
      expect(registered.status).toBe(201);
      const { stdout } = await run('find', [folder, '-newer', join(folder, 'tmp'), '-type', 'f']);
      const written = stdout.split('\n').filter((path) => path !== '');
      expect(written.filter((path) => !path.startsWith(join(folder, 'data')))).toEqual([]);
      expect(written.length).toBeGreaterThan(0);
    } finally {
      server.kill('SIGTERM');
    }
    expect(await ended).toBe(0);
  });
});
