import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { freePort } from './free-port.mjs';
import { startService, stopService } from './service.mjs';
import { findTool } from './tool.mjs';
import { withinReach } from './unprivileged.mjs';

/**
 * @typedef {object} Postgres
 * @property {string} url  of the database `postgres`, as a superuser who needs no password
 * @property {number} port
 * @property {string} folder  the data directory
 * @property {string} version
 * @property {number} pid  of the postmaster, for tests that kill or stop it
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop  SIGINT (default) ends sessions, SIGQUIT crashes it
 */

/**
 * Starts a PostgreSQL of its own. Without `durable` it does not wait for the disk: fast, and a kill of the process still
 * loses nothing.
 * @param {import('./run.mjs').Run} run
 * @param {object} [options]
 * @param {string} [options.folder]  a data directory of an earlier start, to start it again
 * @param {number} [options.port]
 * @param {boolean} [options.durable]  fsync on, as in production: what a bench measures
 * @param {Record<string, string>} [options.settings]  more `-c name=value`
 * @param {(line: string) => void} [options.say]
 * @returns {Promise<Postgres>}
 */
export async function startPostgres(
  run,
  { folder, port, durable = false, settings = {}, say = () => {} } = {},
) {
  const { bin, env, version } = findPostgres(run, say);
  const data = folder ?? run.makeFolder('postgres');
  if (!existsSync(join(data, 'PG_VERSION'))) await initialise(run, { bin, env, data });
  const usedPort = port ?? (await freePort());
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    ...settings,
  };
  const fast = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };
  const args = Object.entries({ ...all, ...(durable ? {} : fast) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const child = await startService(run, {
    name: 'PostgreSQL',
    path: join(bin, 'postgres'),
    args: ['-D', data, '-p', String(usedPort), ...args],
    env,
    // Immediate shutdown: nobody needs the data, and unlike SIGKILL it frees the shared memory.
    stopSignal: 'SIGQUIT',
    readyWhen: /database system is ready to accept connections/,
  });
  return {
    url: `postgres://postgres@127.0.0.1:${usedPort}/postgres`,
    port: usedPort,
    folder: data,
    version,
    pid: child.pid ?? 0,
    stop: (signal = 'SIGINT') => stopService(run, child, signal),
  };
}

/** @param {import('./run.mjs').Run} run @param {{ bin: string, env: Record<string, string>, data: string }} options */
async function initialise(run, { bin, env, data }) {
  const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'];
  const child = run.start({ path: join(bin, 'initdb'), args, env });
  let output = '';
  const collect = (/** @type {Buffer} */ chunk) => {
    output += chunk;
  };
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', collect);
  const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  run.release(child);
  if (code !== 0) throw new Error(`PostgreSQL's initdb failed (exit code ${code}):\n${output}`);
}

/** @param {import('./run.mjs').Run} run @param {(line: string) => void} say */
function findPostgres(run, say) {
  const tool = findTool(
    {
      name: 'PostgreSQL',
      places: [...debianVersions('/'), ...homebrewVersions()],
      commands: ['postgres'],
      debianPackages: ['postgresql'],
      unpackedPlaces: debianVersions,
      advice:
        'Install PostgreSQL 15 or newer ("apt-get install postgresql", "brew install postgresql@17"), ' +
        'or set DATABASE_URL to a server where new databases may be created.',
    },
    say,
  );
  const { path, env, version } = withinReach(run, tool);
  return { bin: dirname(path), env, version };
}

/** @param {string} root @returns {string[]} newest first */
function debianVersions(root) {
  const base = join(root, 'usr/lib/postgresql');
  const versions = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a)) : [];
  return versions.map((version) => join(base, version, 'bin/postgres')).filter(hasInitdb);
}

function homebrewVersions() {
  const bases = ['/opt/homebrew/opt', '/usr/local/opt'];
  const names = ['postgresql@18', 'postgresql@17', 'postgresql@16', 'postgresql@15', 'postgresql'];
  return bases.flatMap((base) => names.map((name) => join(base, name, 'bin/postgres'))).filter(hasInitdb);
}

/** A client-only installation has the folder but not the server. @param {string} postgres */
function hasInitdb(postgres) {
  return existsSync(postgres) && existsSync(join(dirname(postgres), 'initdb'));
}
