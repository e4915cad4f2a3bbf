/**
 * PostgreSQL, Redis and Chromium for tests, from whatever the machine has.
 *
 * `npm test` starts one of each and hands them over as PARLEY_TEST_DATABASE_URL, PARLEY_TEST_REDIS_URL and
 * PARLEY_TEST_CHROMIUM. A test that must kill or restart a service starts its own: `openRun()`, then `startPostgres(run)` or
 * `startRedis(run)`, and `run.close()` at the end. A run owns one temporary folder and everything started in it; both are
 * gone after `close()`, after Ctrl-C and after `kill -9` of the process that opened it.
 */
export { findChromium } from './chromium.mjs';
export { startPostgres } from './postgres.mjs';
export { startRedis, startSentinel } from './redis.mjs';
export { openRun } from './run.mjs';
export { startServices } from './start-services.mjs';
