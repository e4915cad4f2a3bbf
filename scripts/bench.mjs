/**
 * `npm run bench -- <names> [--quick]`: installs, builds, brings a PostgreSQL that waits for its disk as a real one does, and a
 * Redis, and hands over to the runner in bench/. Everything after `--` is the runner's.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openRun, startPostgres, startRedis } from '../tests/services/index.mjs';
import { buildStale } from './lib/build.mjs';
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
  await buildStale();
  const isProfiled = process.argv.includes('--profile');
  const settings = isProfiled ? { shared_preload_libraries: 'pg_stat_statements' } : {};
  const postgres = await startPostgres(services, { durable: true, settings, say });
  const redis = await startRedis(services, { say });
  const runner = ['bench/src/main.ts', 'bench/main.ts', 'bench/run.ts']
    .map((path) => join(root, path))
    .find((path) => existsSync(path));
  if (runner === undefined) throw new Error('There is no bench/src/main.ts to run.');
  ({ code } = await run(installed('tsx'), [runner, ...process.argv.slice(2)], {
    show: true,
    env: {
      ...process.env,
      ...services.environment('bench'),
      PARLEY_BENCH_DATABASE_URL: postgres.url,
      PARLEY_BENCH_REDIS_URL: redis.url,
    },
  }));
} catch (error) {
  await services.close();
  fail(error);
}
await services.close();
process.exitCode = code;
