const readyWithinMs = 30_000;
const keptOutput = 20_000;

/**
 * Starts a program and waits for the line that says it is ready.
 * @param {import('./run.mjs').Run} run
 * @param {import('./run.mjs').StartOptions & { name: string, readyWhen: RegExp }} options
 * @returns {Promise<import('node:child_process').ChildProcess>}
 */
export function startService(run, { name, readyWhen, ...options }) {
  return new Promise((resolve, reject) => {
    const child = run.start(options);
    let output = '';
    const giveUp = (/** @type {string} */ reason) => {
      clearTimeout(timer);
      reject(new Error(`${name} did not start: ${reason}\n${output}`));
    };
    const timer = setTimeout(() => giveUp(`not ready after ${readyWithinMs / 1000} s`), readyWithinMs);
    const read = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk).slice(-keptOutput);
      if (!readyWhen.test(output)) return;
      clearTimeout(timer);
      resolve(child);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', (error) => giveUp(error.message));
    child.once('exit', (code) => giveUp(`exit code ${code}`));
  });
}

/**
 * Ends a service in the middle of a run; at the end of the run its guard does.
 * @param {import('./run.mjs').Run} run
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
export async function stopService(run, child, signal) {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
  }
  run.release(child);
}
