import { chmodSync, writeFileSync } from 'node:fs';
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
 * @param {{ port?: number, settings?: Record<string, string>, say?: (line: string) => void }} [options]  `settings`: more of redis.conf
 * @returns {Promise<Redis>}
 */
export async function startRedis(run, { port, settings = {}, say = () => {} } = {}) {
  const { path, env, version } = withinReach(run, findRedis(say));
  const usedPort = port ?? (await freePort());
  const options = {
    port: usedPort,
    bind: '127.0.0.1',
    save: '',
    appendonly: 'no',
    dir: run.makeFolder('redis'),
    ...settings,
  };
  const child = await startService(run, {
    name: 'Redis',
    path,
    args: Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    env,
    readyWhen: /Ready to accept connections/,
  });
  return redisAt(run, child, { port: usedPort, version });
}

/**
 * Starts a sentinel that watches over one server and, alone, decides that it is gone.
 * @param {import('./run.mjs').Run} run
 * @param {{ name: string, port: number, say?: (line: string) => void }} watched  what the server is called, and where it is
 * @returns {Promise<Redis>}
 */
export async function startSentinel(run, { name, port, say = () => {} }) {
  const { path, env, version } = withinReach(run, findRedis(say));
  const usedPort = await freePort();
  const folder = run.makeFolder('sentinel');
  const file = join(folder, 'sentinel.conf');
  writeFileSync(
    file,
    [
      `port ${usedPort}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${name} 127.0.0.1 ${port} 1`,
      `sentinel down-after-milliseconds ${name} 500`,
      `sentinel failover-timeout ${name} 5000`,
      '',
    ].join('\n'),
  );
  // It runs as somebody else and writes what it learns into its file.
  chmodSync(file, 0o666);
  const child = await startService(run, {
    name: 'the sentinel',
    path,
    args: [file, '--sentinel'],
    env,
    readyWhen: /Sentinel ID is|monitor master/,
  });
  return redisAt(run, child, { port: usedPort, version });
}

/**
 * @param {import('./run.mjs').Run} run
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ port: number, version: string }} place
 * @returns {Redis}
 */
function redisAt(run, child, { port, version }) {
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
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
