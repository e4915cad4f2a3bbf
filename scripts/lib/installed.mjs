import { join } from 'node:path';
import { root } from './root.mjs';

/** @param {string} command @returns {string} the path of a command among the repository's own dependencies */
export function installed(command) {
  return join(root, 'node_modules/.bin', process.platform === 'win32' ? `${command}.cmd` : command);
}
