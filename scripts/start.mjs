/**
 * `npm start`: from a fresh clone to a running chat with nothing but Node and npm.
 *
 * Installs what is missing, builds what is stale, then becomes the server: the command line is loaded into this very process,
 * so signals, the exit code and even `kill -9` reach the server itself and nothing stands in between.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildStale } from './lib/build.mjs';
import { installMissing } from './lib/install.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { endOnSignals } from './lib/processes.mjs';
import { root } from './lib/root.mjs';
import { fail } from './lib/say.mjs';

requireNodeVersion();
const release = endOnSignals();
try {
  await installMissing();
  await buildStale();
} catch (error) {
  fail(error);
}
release();
process.env.PARLEY_DEMO ??= '1';
// What a person wants to read is printed; the log of requests and events is for machines.
process.env.PARLEY_LOG_LEVEL ??= 'warn';
process.env.PARLEY_WEB_DIR ??= join(root, 'examples/web-chat/dist');
const cli = join(root, 'packages/server/dist/cli.js');
process.argv = [process.execPath, cli, 'serve', ...process.argv.slice(2)];
await import(pathToFileURL(cli).href);
