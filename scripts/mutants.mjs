/**
 * `npm run mutants`: installs, brings a PostgreSQL and a Redis, and hands over to the runner in tests/mutants. Everything after `--` is the runner's.
 */
import { join } from 'node:path';
import { openRun, startServices } from '../tests/services/index.mjs';
import { installMissing } from './lib/install.mjs';
import { installed } from './lib/installed.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { endOnSignals, run } from './lib/processes.mjs';
import { root } from './lib/root.mjs';
import { fail, say } from './lib/say.mjs';

requireNodeVersion();
const services = openRun();
endOnSignals(() => services.close());
let code = 1;
try {
  await installMissing();
  const { env } = await startServices(services, new Set(['postgres', 'redis']), say);
  const runner = join(root, 'tests/mutants/run-mutants.ts');
  ({ code } = await run(installed('tsx'), [runner, ...process.argv.slice(2)], {
    show: true,
    env: { ...process.env, ...env, ...services.environment('mutants') },
  }));
} catch (error) {
  await services.close();
  fail(error);
}
await services.close();
process.exitCode = code;
