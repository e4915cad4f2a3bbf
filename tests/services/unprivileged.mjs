import { cpSync, existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** PostgreSQL refuses to run as root, so a test run started by root starts its services as nobody. */
export const isRoot = process.getuid?.() === 0;

/** @type {{ uid?: number, gid?: number }} what `spawn` needs to start a service without rights */
export const unprivileged = isRoot ? { uid: 65534, gid: 65534 } : {};

/** @param {string} path @returns {boolean} whether everyone may pass through the folder and all above it */
export function canBeTraversed(path) {
  const folder = resolve(path);
  if ((statSync(folder).mode & 0o001) === 0) return false;
  return folder === dirname(folder) || canBeTraversed(dirname(folder));
}

/**
 * A program unpacked below a private folder (a clone in /root) cannot be started by nobody: it is copied into the run's folder.
 * @param {import('./run.mjs').Run} run
 * @param {import('./tool.mjs').Tool} tool
 * @returns {import('./tool.mjs').Tool} one that the service's user can reach
 */
export function withinReach(run, tool) {
  const { root } = tool;
  if (!isRoot || root === undefined || canBeTraversed(root)) return tool;
  const copy = join(run.folder, `tools-${basename(root)}`);
  if (!existsSync(copy)) cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  const env = Object.entries(tool.env).map(([name, value]) => [name, value.replaceAll(root, copy)]);
  return { ...tool, root: copy, path: tool.path.replace(root, copy), env: Object.fromEntries(env) };
}
