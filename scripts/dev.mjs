/**
 * `npm run dev`: the chat on its sources. Packages are rebuilt as they change (without type declarations, which only a build
 * needs), the web chat too, and the server starts again when what it runs has changed. Reload the page to see the new web chat.
 */
import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { binariesPath, buildStale } from './lib/build.mjs';
import { installMissing } from './lib/install.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { endOnSignals, startChild, stopChild } from './lib/processes.mjs';
import { root } from './lib/root.mjs';
import { fail, say } from './lib/say.mjs';
import { listPackages } from './lib/workspace.mjs';

const serverRuns = ['protocol', 'server'];
/** A build writes many files in a burst; the server starts again when it is over. */
const settleMs = 300;

/** @type {import('node:child_process').ChildProcess | undefined} */
let server;
/** @type {NodeJS.Timeout | undefined} */
let restartTimer;
/** @type {Promise<void> | undefined} */
let restarting;

requireNodeVersion();
endOnSignals(async () => {
  clearTimeout(restartTimer);
  if (server) await stopChild(server, { signal: 'SIGINT' });
});
try {
  await installMissing();
  await buildStale();
} catch (error) {
  fail(error);
}
for (const each of listPackages()) if (each.build) watchAndBuild(each);
startServer();
for (const label of serverRuns)
  watch(join(root, 'packages', label, 'dist'), { recursive: true }, restartSoon);

/** @param {import('./lib/workspace.mjs').WorkspacePackage} each */
function watchAndBuild(each) {
  const child = startChild(`${each.build} --watch`, [], {
    cwd: each.folder,
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: binariesPath(each.folder) },
  });
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => show(each.label, String(chunk)));
  child.once('exit', (code) =>
    say(`[${each.label}] watching ended (exit code ${code}); start "npm run dev" again.`),
  );
}

/** Says only what a person acts on: what was built and what is wrong. @param {string} label @param {string} text */
function show(label, text) {
  const lines = text.split('\n').filter((line) => /error|success|built in|fail|✘|\.tsx?:\d/i.test(line));
  for (const line of lines) say(`[${label}] ${line.trim()}`);
}

function restartSoon() {
  clearTimeout(restartTimer);
  restartTimer = setTimeout(() => {
    restarting = (restarting ?? Promise.resolve()).then(restartServer);
  }, settleMs);
}

async function restartServer() {
  if (!existsSync(join(root, 'packages/server/dist/cli.js'))) return;
  say('[server] starting again ...');
  if (server) await stopChild(server, { signal: 'SIGINT' });
  startServer();
}

function startServer() {
  server = startChild(
    process.execPath,
    [join(root, 'packages/server/dist/cli.js'), 'serve', ...process.argv.slice(2)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        PARLEY_DEMO: process.env.PARLEY_DEMO ?? '1',
        PARLEY_LOG_LEVEL: process.env.PARLEY_LOG_LEVEL ?? 'warn',
        PARLEY_WEB_DIR: process.env.PARLEY_WEB_DIR ?? join(root, 'examples/web-chat/dist'),
      },
    },
  );
  server.once('exit', (code, signal) => {
    if (code !== 0 && signal === null && code !== 130)
      say(`[server] ended with exit code ${code}; it starts again after the next change.`);
  });
}
