import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint, recall, remember } from './fingerprint.mjs';
import { mustRun } from './processes.mjs';
import { root } from './root.mjs';
import { say, since } from './say.mjs';
import { listPackages } from './workspace.mjs';

/**
 * Installs the dependencies where node_modules does not match the lockfile; otherwise does nothing. pnpm comes through npx
 * in the version of package.json, so nothing is installed globally.
 * @returns {Promise<boolean>} whether it had to install
 */
export async function installMissing() {
  const lock = fingerprint([
    join(root, 'pnpm-lock.yaml'),
    join(root, 'pnpm-workspace.yaml'),
    join(root, '.npmrc'),
  ]);
  if (recall('installed') === lock && everyPackageIsLinked()) return false;
  const started = performance.now();
  say('Installing dependencies (the first time takes a minute) ...');
  await mustRun('Installing dependencies', pnpm(['install', '--frozen-lockfile', '--prefer-offline']), {
    env: { ...process.env, CI: 'true' },
    shell: process.platform === 'win32',
  });
  remember('installed', lock);
  say(`Installed in ${since(started)}.`);
  return true;
}

/**
 * The command line that runs the workspace's pnpm, whether or not one is installed.
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
export function pnpm(args) {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return ['npx', ['--yes', packageManager, ...args]];
}

/** A package whose own node_modules was removed is not installed, whatever was recorded. */
function everyPackageIsLinked() {
  return listPackages().every(
    ({ folder, uses }) => uses.length === 0 || existsSync(join(folder, 'node_modules')),
  );
}
