import { findChromium } from './chromium.mjs';
import { startPostgres } from './postgres.mjs';
import { startRedis } from './redis.mjs';

/** @typedef {'postgres' | 'redis' | 'chromium'} ServiceName */

/**
 * Brings the wanted services up, one after the other where they must be fetched, and tells tests where they are.
 * @param {import('./run.mjs').Run} run
 * @param {Set<ServiceName>} wanted
 * @param {(line: string) => void} say
 * @returns {Promise<{ env: Record<string, string>, versions: string[] }>}
 * @throws {Error} with one sentence for each service that cannot be had
 */
export async function startServices(run, wanted, say) {
  /** @type {Record<string, string>} */
  const env = {};
  /** @type {string[]} */
  const versions = [];
  /** @type {string[]} */
  const missing = [];
  for (const name of wanted) {
    try {
      const { variable, value, version } = await start[name](run, say);
      env[variable] = value;
      versions.push(shortVersion(name, version));
    } catch (error) {
      missing.push(error instanceof Error ? error.message : String(error));
    }
  }
  if (missing.length > 0) throw new Error(missing.join('\n'));
  return { env, versions };
}

/** @type {Record<ServiceName, (run: import('./run.mjs').Run, say: (line: string) => void) => Promise<{ variable: string, value: string, version: string }>>} */
const start = {
  async postgres(run, say) {
    const variable = 'PARLEY_TEST_DATABASE_URL';
    try {
      const { url, version } = await startPostgres(run, { say });
      return { variable, value: url, version };
    } catch (error) {
      return { variable, ...given('DATABASE_URL', error) };
    }
  },
  async redis(run, say) {
    const variable = 'PARLEY_TEST_REDIS_URL';
    try {
      const { url, version } = await startRedis(run, { say });
      return { variable, value: url, version };
    } catch (error) {
      return { variable, ...given('REDIS_URL', error) };
    }
  },
  async chromium(_run, say) {
    const { path, version } = findChromium(say);
    return { variable: 'PARLEY_TEST_CHROMIUM', value: path, version };
  },
};

/** A server the environment names is the last resort: it is somebody else's. @param {string} name @param {unknown} error */
function given(name, error) {
  const value = process.env[name];
  if (!value) throw error;
  return { value, version: `the server of ${name}` };
}

/** @param {ServiceName} name @param {string} line  what the program says of itself */
function shortVersion(name, line) {
  const [number] = line.match(/\d+(\.\d+)+/) ?? [line];
  return `${name} ${number}`;
}
