/**
 * `npm run fresh`: what a stranger sees. Clones the committed state into a temporary folder and runs both commands there with an
 * empty HOME and a PATH without PostgreSQL, Redis, Chromium and pnpm:
 *
 *   npm start   until /health answers and the demo page is served; stopped; a second time, which must take less than 5 s
 *   npm test    with PARLEY_TEST_TOOLS=install, so that it must fetch PostgreSQL, Redis and Chromium itself
 *
 * Only the registry's address and trust are taken over from this machine's npm: without them nothing could be installed.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../tests/services/free-port.mjs';
import { strangerEnvironment } from './lib/fresh/environment.mjs';
import { startAndStop } from './lib/fresh/start-and-stop.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { endOnSignals, mustRun, run } from './lib/processes.mjs';
import { root } from './lib/root.mjs';
import { fail, say, seconds } from './lib/say.mjs';

const secondStartLimitMs = 5_000;

requireNodeVersion();
const folder = mkdtempSync(join(tmpdir(), 'parley-fresh-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 }));
endOnSignals();
try {
  process.exitCode = await prove();
} catch (error) {
  fail(error);
}

async function prove() {
  const clone = join(folder, 'parley');
  await mustRun('Cloning', ['git', ['clone', '--quiet', '--no-hardlinks', root, clone]]);
  for (const name of ['home', 'tmp', 'bin']) mkdirSync(join(folder, name));
  const env = await strangerEnvironment(folder);
  const port = await freePort();

  say('npm start, for the first time ...');
  const firstMs = await startAndStop({ clone, env, port, limitMs: 600_000 });
  say(`  answered after ${seconds(firstMs)}`);
  const secondMs = await startAndStop({ clone, env, port, limitMs: 60_000 });
  say(`npm start, for the second time: answered after ${seconds(secondMs)}`);

  say('npm test ...');
  const { code } = await run('npm', ['test'], {
    cwd: clone,
    env,
    show: true,
    shell: process.platform === 'win32',
  });
  console.log(
    `\nfirst start ${seconds(firstMs)}, second start ${seconds(secondMs)}, npm test ended with exit code ${code}`,
  );
  if (secondMs > secondStartLimitMs)
    console.log(`The second start must take less than ${seconds(secondStartLimitMs)}.`);
  return code !== 0 || secondMs > secondStartLimitMs ? 1 : 0;
}
