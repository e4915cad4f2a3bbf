import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const maxLines = 400;
const folders = ['packages', 'examples', 'tests', 'bench', 'scripts', 'docs'];
const skipped = new Set(['node_modules', 'dist', '.cache', '.parley', '.vite']);

/** @param {string} folder @returns {string[]} every source file of the repository, relative, with forward slashes */
export function listSources(folder) {
  return folders.filter((name) => existsSync(join(folder, name))).flatMap((name) => walk(folder, name));
}

/** @param {string} folder */
export function findLongFiles(folder) {
  return listSources(folder)
    .map((file) => ({ file, lines: countLines(join(folder, file)) }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ file, lines }) => `${file} (file-size: ${lines} lines; the limit is ${maxLines})`);
}

/** @param {string} folder @returns {string} how long the packages' own files are, tests apart */
export function describeSizes(folder) {
  const files = listSources(folder).filter(
    (file) => /^packages\/[^/]+\/src\//.test(file) && !/\.test\.tsx?$/.test(file),
  );
  const sizes = files
    .map((file) => ({ file, lines: countLines(join(folder, file)) }))
    .sort((a, b) => a.lines - b.lines);
  const at = (/** @type {number} */ share) =>
    sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * share))]?.lines ?? 0;
  const longest = sizes.at(-1);
  return `${sizes.length} files: median ${at(0.5)}, p90 ${at(0.9)}, max ${longest?.lines ?? 0} lines (${longest?.file ?? '-'})`;
}

/** @param {string} root @param {string} path @returns {string[]} */
function walk(root, path) {
  return readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const child = `${path}/${entry.name}`;
    if (entry.isDirectory()) return skipped.has(entry.name) ? [] : walk(root, child);
    return /\.(ts|tsx|mjs|mts|cjs|js)$/.test(entry.name) ? [child] : [];
  });
}

/** @param {string} path */
function countLines(path) {
  return readFileSync(path, 'utf8').trimEnd().split('\n').length;
}
