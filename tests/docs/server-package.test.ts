/** What a team does with `@parley/server` from the registry: the command, and the plugin in an app of their own, as the package's README says. */
import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../services/free-port.mjs';
import { type Folder, installPacked } from './packed.js';

const run = promisify(execFile);
const readme = readFileSync(new URL('../../packages/server/README.md', import.meta.url), 'utf8');
const snippet = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';

let folder: Folder;

beforeAll(async () => {
  folder = await installPacked(['protocol', 'server'], ['fastify@5']);
});

afterAll(() => folder?.remove());

/** Starts a program in the folder and gives its address once it answers. */
async function startUntilHealthy(args: readonly string[], health: string, env: Record<string, string> = {}) {
  const port = await freePort();
  const child = spawn(process.execPath, args, {
    cwd: folder.path,
    env: { ...process.env, PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.resume();
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const answers = () =>
    fetch(`${url}${health}`).then(
      (response) => response.ok,
      () => false,
    );
  while (!isOver && !(await answers())) await delay(50);
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}

describe('the packed server', () => {
  it('serves with one command, on an embedded database in the folder', async () => {
    const server = await startUntilHealthy(['node_modules/.bin/parley', 'serve'], '/health');
    const document = await fetch(`${server.url}/v1/openapi.json`);
    expect(await document.json()).toMatchObject({ openapi: expect.stringMatching(/^3\./) });
    expect(await server.stop()).toBe(0);
  });

  it('says that all is well, and what is not', async () => {
    const { stdout } = await run('npx', ['--no-install', 'parley', 'doctor'], {
      cwd: folder.path,
      env: { ...process.env, PORT: String(await freePort()) },
    });
    expect(stdout).toMatch(/^ok {4}database +embedded/m);
    expect(stdout).toMatch(/^ok {4}redis +none/m);
    const failed = await run('npx', ['--no-install', 'parley', 'doctor'], {
      cwd: folder.path,
      env: {
        ...process.env,
        DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing',
        PARLEY_REDIS_URL: 'redis://127.0.0.1:1',
      },
    }).catch((error: { code: number; stdout: string }) => error);
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringMatching(/^FAIL {2}database/m) });
    expect(failed.stdout).toMatch(/^FAIL {2}redis +does not answer at 127\.0\.0\.1:1$/m);
  });

  it('mounts in the app of the README, below a prefix', async () => {
    await writeFile(
      join(folder.path, 'app.js'),
      snippet.replace('port: 3000', 'port: Number(process.env.PORT)'),
    );
    const app = await startUntilHealthy(['app.js'], '/chat/health', { PARLEY_SECRET: 'x'.repeat(32) });
    const refused = await fetch(`${app.url}/chat/v1/users/me`);
    expect([refused.status, await refused.json()]).toMatchObject([
      401,
      { error: { code: 'unauthenticated' } },
    ]);
    expect((await fetch(`${app.url}/health`)).status).toBe(404);
    await app.stop();
  });
});
