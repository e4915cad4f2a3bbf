import { existsSync, readdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../processes.mjs';

/** What a stranger does not have. */
const absent =
  /^(pg_|postgres|postmaster|psql|initdb|redis|valkey|chromium|google-chrome|chrome|pnpm|pnpx|yarn|corepack)/;

/** Settings of npm without which a registry behind a proxy or an own certificate cannot be reached. */
const registrySettings = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl'];

/**
 * The environment of someone who has Node, npm, git and the system's usual commands, and has run nothing yet.
 * @param {string} folder  with empty folders `home`, `tmp` and `bin` in it
 * @returns {Promise<NodeJS.ProcessEnv>}
 */
export async function strangerEnvironment(folder) {
  const bin = join(folder, 'bin');
  linkCommands(bin);
  const kept = Object.entries(process.env).filter(([name]) => isKept(name));
  return {
    ...Object.fromEntries(kept),
    ...(await readRegistrySettings()),
    HOME: join(folder, 'home'),
    TMPDIR: join(folder, 'tmp'),
    PATH: bin,
    PARLEY_TEST_TOOLS: 'install',
  };
}

/** One folder of links to every command in PATH but the absent ones; the first in PATH wins, as it does in PATH. @param {string} bin */
function linkCommands(bin) {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter((each) => existsSync(each))) {
    if (folder.includes('node_modules')) continue;
    for (const name of readdirSync(folder)) {
      if (!absent.test(name) && !existsSync(join(bin, name)))
        linkQuietly(join(folder, name), join(bin, name));
    }
  }
}

/** @param {string} target @param {string} path */
function linkQuietly(target, path) {
  try {
    symlinkSync(target, path);
  } catch {
    // A dangling link of the system: the first of its name is enough.
  }
}

/** Proxies and certificates stay; what npm tells its scripts, what names services, and what configures Parley goes. @param {string} name */
function isKept(name) {
  if (
    /^(npm_|PARLEY_|PG|XDG_|INIT_CWD$|DATABASE_URL$|REDIS_URL$|CHROMIUM_PATH$|PORT$|HOST$|NODE_ENV$|PLAYWRIGHT_)/.test(
      name,
    )
  )
    return false;
  return !['HOME', 'PATH', 'TMPDIR', 'PNPM_HOME', 'NODE_PATH'].includes(name);
}

/** @returns {Promise<Record<string, string>>} as npm_config_* variables, which npm, npx and pnpm all read */
async function readRegistrySettings() {
  /** @type {Record<string, string>} */
  const settings = {};
  for (const name of registrySettings) {
    const { code, output } = await run('npm', ['config', 'get', name, '--loglevel=error'], {
      shell: process.platform === 'win32',
    });
    const value = output.trim();
    if (code === 0 && value && value !== 'null' && value !== 'undefined')
      settings[`npm_config_${name.replaceAll('-', '_')}`] = value;
  }
  return settings;
}
