import { readdirSync, readFileSync } from 'node:fs';

/**
 * The processes that inherited a mark in PARLEY_TEST_RUN, whoever started them and whatever group they are in. Linux only;
 * elsewhere there is no cheap way to see another process's environment and the answer is empty.
 * @param {string} mark  a run's id, or `<id>.<stage>` for one stage of it
 * @returns {{ pid: number, command: string }[]}
 */
export function listMarked(mark) {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && pid !== process.pid && carries(pid, mark))
    .map((pid) => ({ pid, command: readQuietly(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }))
    .filter(({ command }) => command !== '');
}

/** @param {number} pid @param {string} mark */
function carries(pid, mark) {
  return readQuietly(`/proc/${pid}/environ`)
    .split('\0')
    .some((entry) => {
      const value = entry.startsWith('PARLEY_TEST_RUN=') ? entry.slice('PARLEY_TEST_RUN='.length) : undefined;
      return value === mark || value?.startsWith(`${mark}.`);
    });
}

/** @param {string} path @returns {string} empty when the process is gone or belongs to someone else */
function readQuietly(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
