/** `npm run build`: installs what is missing and builds what is stale. */
import { buildStale } from './lib/build.mjs';
import { installMissing } from './lib/install.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { endOnSignals } from './lib/processes.mjs';
import { fail, say } from './lib/say.mjs';

requireNodeVersion();
endOnSignals();
try {
  await installMissing();
  const built = await buildStale();
  if (built.length === 0) say('Everything is built.');
} catch (error) {
  fail(error);
}
