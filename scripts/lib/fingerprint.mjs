import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, stateFolder } from './root.mjs';

const skippedFolders = new Set(['node_modules', 'dist', '.parley', '.cache', '.turbo', 'coverage']);
const skippedFiles = /\.test\.tsx?$|\.md$|\.log$|^\.DS_Store$/;

/**
 * One hash over names and contents. By content, not by time: a fresh clone, a branch switched back and a touched file all
 * give the same answer. The whole repository takes some tens of milliseconds.
 * @param {string[]} paths  files and folders; a folder counts with everything below it but builds, tests and prose
 * @param {string} [seed]
 */
export function fingerprint(paths, seed = '') {
  const hash = createHash('sha256').update(seed);
  for (const path of paths) addPath(hash, path);
  return hash.digest('hex');
}

/** @param {string} folder @returns {string[]} every file below the folder that counts, sorted */
export function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.isDirectory())
        return skippedFolders.has(entry.name) ? [] : listFiles(join(folder, entry.name));
      return skippedFiles.test(entry.name) ? [] : [join(folder, entry.name)];
    });
}

/** @param {string} name @returns {string | undefined} what `remember` was last given */
export function recall(name) {
  const path = join(stateFolder, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  mkdirSync(stateFolder, { recursive: true });
  writeFileSync(join(stateFolder, name), value);
}

/** @param {import('node:crypto').Hash} hash @param {string} path */
function addPath(hash, path) {
  if (!existsSync(path)) return;
  const files = statSync(path).isDirectory() ? listFiles(path) : [path];
  for (const file of files)
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
}
