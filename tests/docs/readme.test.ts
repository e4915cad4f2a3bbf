/** The ten lines of the README, exactly as they stand there, from packed packages that npm installed into an empty folder. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowser } from '../support/browser.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { type Folder, installPacked } from './packed.js';

const run = promisify(execFile);
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const snippet = /```js readme\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
const said = 'Is it yours in five minutes?';

let server: TestServer;
let folder: Folder;

beforeAll(async () => {
  [server, folder] = await Promise.all([
    startServer({ engine: 'embedded', env: { PARLEY_DEMO: '1' } }),
    installPacked(['protocol', 'client-sdk'], ['vite@8.3.8', 'typescript@5.9.3', '@types/node@20']),
  ]);
  await writeFile(join(folder.path, 'main.js'), snippet.replaceAll('http://localhost:7400', server.url));
});

afterAll(async () => {
  await server?.stop();
  await folder?.remove();
});

describe('the ten lines of the README', () => {
  it('are ten lines', () => {
    expect(snippet.split('\n').filter((line) => line.trim() !== '')).toHaveLength(10);
  });

  it('print the message in Node', async () => {
    const child = spawn(process.execPath, ['main.js'], {
      cwd: folder.path,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(child.stdout, 'data');
    child.kill();
    expect(String(line)).toContain(said);
  });

  it('type-check', async () => {
    await writeFile(join(folder.path, 'main.ts'), snippet);
    const args = [
      'tsc',
      '--noEmit',
      '--strict',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--skipLibCheck',
      'false',
      'main.ts',
    ];
    const { stdout } = await run('npx', ['--no-install', ...args], { cwd: folder.path }).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it('print the message in a browser, built by Vite, without Node or a schema library in the bundle', async () => {
    await writeFile(join(folder.path, 'index.html'), '<script type="module" src="/main.js"></script>');
    await run('npx', ['--no-install', 'vite', 'build', '--minify', 'false'], { cwd: folder.path });
    const site = await serveFolder(join(folder.path, 'dist'));
    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      const line = page.waitForEvent('console', { predicate: (message) => message.text() === said });
      const scripts: string[] = [];
      page.on('response', async (response) => {
        if (response.url().endsWith('.js')) scripts.push(await response.text());
      });
      await page.goto(site.url);
      await line;
      expect(scripts.join('\n')).not.toMatch(/node:|ZodError|__vite-browser-external/);
    } finally {
      await browser.close();
      site.close();
    }
  });
});

async function serveFolder(path: string): Promise<{ readonly url: string; readonly close: () => void }> {
  const site: Server = createServer((request, response) => {
    const name = request.url === '/' ? '/index.html' : (request.url ?? '');
    const type = name.endsWith('.js') ? 'text/javascript' : 'text/html';
    const file = join(path, name);
    if (existsSync(file)) response.writeHead(200, { 'content-type': type }).end(readFileSync(file));
    else response.writeHead(404).end();
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  const address = site.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/`, close: () => site.close() };
}
