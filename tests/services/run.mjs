import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canBeTraversed, isRoot, unprivileged } from './unprivileged.mjs';

/**
 * @typedef {object} Run
 * @property {string} folder  a temporary folder; unprivileged services may pass through it, not list it
 * @property {string} id      marks every process of this run, see `environment`
 * @property {(stage: string) => Record<string, string>} environment  variables for a child: the mark by which it and all its
 *   descendants are found again, and a TMPDIR inside the folder
 * @property {(options: StartOptions) => import('node:child_process').ChildProcess} start  starts an unprivileged service
 * @property {(name: string) => string} makeFolder  a folder only the service's user can read
 * @property {(child: import('node:child_process').ChildProcess) => void} release  forgets a child that has ended
 * @property {() => Promise<void>} close  ends everything and removes the folder
 *
 * @typedef {object} StartOptions
 * @property {string} path
 * @property {string[]} args
 * @property {Record<string, string>} [env]
 * @property {NodeJS.Signals} [stopSignal]  how it is asked to end, before it is killed
 */

/**
 * Opens a run. A small process beside this one, the guard, holds the other end of a pipe: when the pipe closes, by `close()`
 * or because this process died in whatever way, it ends what was started and removes the folder. So there is one way things
 * end, and it does not depend on this process behaving well.
 * @returns {Run}
 */
export function openRun() {
  const id = `parley-${randomBytes(6).toString('hex')}`;
  const folder = mkdtempSync(join(temporaryFolder(), 'parley-'));
  chmodSync(folder, 0o711);
  mkdirSync(join(folder, 't'));
  const guard = spawn(
    process.execPath,
    [fileURLToPath(new URL('./guard-process.mjs', import.meta.url)), id, folder],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
      cwd: '/',
    },
  );
  const guardIsGone = new Promise((resolve) => guard.once('exit', resolve));
  guard.unref();
  const tell = (/** @type {object} */ message) => guard.stdin.write(`${JSON.stringify(message)}\n`);

  /** @type {Run['environment']} */
  const environment = (stage) => ({ PARLEY_TEST_RUN: `${id}.${stage}`, TMPDIR: join(folder, 't') });
  return {
    folder,
    id,
    environment,
    start({ path, args, env = {}, stopSignal = 'SIGTERM' }) {
      const child = spawn(path, args, {
        ...unprivileged,
        cwd: folder,
        detached: true,
        env: { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...env, ...environment('services') },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      if (child.pid !== undefined) tell({ watch: child.pid, signal: stopSignal });
      return child;
    },
    makeFolder(name) {
      const path = mkdtempSync(join(folder, `${name}-`));
      if (isRoot) chownSync(path, unprivileged.uid ?? 0, unprivileged.gid ?? 0);
      return path;
    },
    release: (child) => void tell({ release: child.pid }),
    async close() {
      guard.ref();
      guard.stdin.end();
      await guardIsGone;
    },
  };
}

/** A service that runs as nobody must reach its folder: TMPDIR below a private home will not do when we are root. */
function temporaryFolder() {
  return isRoot && !canBeTraversed(tmpdir()) ? '/tmp' : tmpdir();
}
