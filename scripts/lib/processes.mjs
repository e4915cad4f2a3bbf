/**
 * Child processes that cannot outlive this one.
 *
 * Each child leads a process group of its own, so that a whole tree (vitest and its workers, tsup and esbuild) ends together.
 * Ctrl-C in a terminal then reaches only this process, which passes the end on: on `exit`, whatever the reason, every group
 * that is still there is killed. On Windows there are no groups; the child alone is killed.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { root } from './root.mjs';

const isWindows = process.platform === 'win32';
/** @type {Set<import('node:child_process').ChildProcess>} */
const live = new Set();

/** @type {NodeJS.Signals[]} */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

process.on('exit', () => {
  for (const child of live) signalGroup(child, 'SIGKILL');
});

/**
 * Makes Ctrl-C, a closed terminal and `kill` end this process through `exit`, so that children go with it.
 * @param {(signal: NodeJS.Signals) => Promise<void> | void} [beforeExit]  orderly work to do first; a second signal skips it
 * @returns {() => void} undoes it
 */
export function endOnSignals(beforeExit = () => {}) {
  let isEnding = false;
  /** @param {NodeJS.Signals} signal */
  const end = async (signal) => {
    const code = 128 + constants.signals[signal];
    if (isEnding) process.exit(code);
    isEnding = true;
    try {
      await beforeExit(signal);
    } finally {
      process.exit(code);
    }
  };
  for (const signal of endingSignals) process.on(signal, end);
  return () => endingSignals.forEach((signal) => void process.off(signal, end));
}

/**
 * Starts a child in its own process group.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function startChild(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, detached: !isWindows, ...options });
  live.add(child);
  child.once('exit', () => live.delete(child));
  child.once('error', () => live.delete(child));
  return child;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (isWindows) child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Already gone: that is what was wanted.
  }
}

/**
 * Ends a child and its group: politely first, then by force.
 * @param {import('node:child_process').ChildProcess} child
 * @param {{ signal?: NodeJS.Signals, graceMs?: number }} [options]
 */
export async function stopChild(child, { signal = 'SIGTERM', graceMs = 5_000 } = {}) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, signal);
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
}

/**
 * Runs a command to its end. Resolves with its exit code (1 when a signal ended it) and everything it printed.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, show?: boolean, timeoutMs?: number }} [options]
 *   `show` passes the output on as it comes instead of collecting it
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { show = false, timeoutMs, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = startChild(command, args, {
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      ...options,
    });
    let output = '';
    const collect = (/** @type {Buffer} */ chunk) => {
      output += chunk;
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            output += `\n"${command}" was stopped: it ran for more than ${Math.round(timeoutMs / 1000)} s.`;
            if (show) console.error(output);
            signalGroup(child, 'SIGKILL');
          }, timeoutMs);
    child.once('error', (error) => reject(new Error(`"${command}" could not be started: ${error.message}`)));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output });
    });
  });
}

/**
 * Like `run`, but a non-zero exit is an error that carries the end of the output.
 * @param {string} what  said in the error: "Building server"
 * @param {[string, string[]]} commandLine
 * @param {Parameters<typeof run>[2]} [options]
 */
export async function mustRun(what, [command, args], options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0)
    throw new Error(
      `${what} failed (exit code ${code}):\n${output.trim().split('\n').slice(-40).join('\n')}`,
    );
  return output;
}
