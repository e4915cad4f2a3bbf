import { join } from 'node:path';
import { freePort } from './free-port.mjs';
import { startService, stopService } from './service.mjs';
import { findTool } from './tool.mjs';
import { withinReach } from './unprivileged.mjs';

/**
 * @typedef {object} Redis
 * @property {string} url
 * @property {number} port
 * @property {string} version
 * @property {number} pid
 * @property {(signal?: NodeJS.Signals) => Promise<void>} stop
 */

/**
 * Starts a Redis (or Valkey) of its own that keeps nothing on disk.
 * @param {import('./run.mjs').Run} run
 * @param {{ port?: number, say?: (line: string) => void }} [options]
 * @returns {Promise<Redis>}
 */
export async function startRedis(run, { port, say = () => {} } = {}) {
  const { path, env, version } = withinReach(run, findRedis(say));
  const usedPort = port ?? (await freePort());
  const options = {
    port: usedPort,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    dir: run.makeFolder('redis'),
  };
  const child = await startService(run, {
    name: 'Redis',
    path,
    args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    env,
    readyWhen: /Ready to accept connections/,
  });
  return {
    url: `redis://127.0.0.1:${usedPort}`,
    port: usedPort,
    version,
    pid: child.pid ?? 0,
    stop: (signal = 'SIGTERM') => stopService(run, child, signal),
  };
}

/** @param {(line: string) => void} say */
function findRedis(say) {
  return findTool(
    {
      name: 'Redis',
      places: ['/opt/homebrew/bin/redis-server', '/usr/local/bin/redis-server', '/usr/bin/redis-server'],
      commands: ['valkey-server', 'redis-server'],
      debianPackages: ['redis-server', 'redis-tools'],
      unpackedPlaces: (root) => [join(root, 'usr/bin/redis-server')],
      advice:
        'Install Redis 7 or Valkey 8 ("apt-get install redis-server", "brew install valkey"), ' +
        'or set REDIS_URL to a server that tests may write to.',
    },
    say,
  );
}
