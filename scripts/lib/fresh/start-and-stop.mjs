import { setTimeout as delay } from 'node:timers/promises';
import { startChild, stopChild } from '../processes.mjs';

/**
 * Runs `npm start` until it serves, then stops it as Ctrl-C does.
 * @param {{ clone: string, env: NodeJS.ProcessEnv, port: number, limitMs: number }} options
 * @returns {Promise<number>} milliseconds from the command to the first answer of both /health and the demo page
 * @throws {Error} with its output, when it ends early, takes too long, or does not end after being asked to
 */
export async function startAndStop({ clone, env, port, limitMs }) {
  const started = performance.now();
  const child = startChild('npm', ['start'], {
    cwd: clone,
    env: { ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  const collect = (/** @type {Buffer} */ chunk) => {
    output += chunk;
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);

  while (!(await isServing(port))) {
    const isOver = child.exitCode !== null || child.signalCode !== null;
    if (isOver || performance.now() - started > limitMs)
      throw new Error(`npm start ${isOver ? 'ended' : 'did not answer'}:\n${output}`);
    await delay(50);
  }
  const tookMs = performance.now() - started;
  await stopChild(child, { signal: 'SIGINT', graceMs: 15_000 });
  if (child.signalCode === 'SIGKILL')
    throw new Error(`npm start did not end within 15 s of Ctrl-C:\n${output}`);
  if (await isServing(port)) throw new Error(`npm start ended, but something still answers on port ${port}.`);
  return tookMs;
}

/** @param {number} port */
async function isServing(port) {
  try {
    const [health, page] = await Promise.all(
      ['/health', '/'].map((path) => fetch(`http://127.0.0.1:${port}${path}`)),
    );
    return health?.ok === true && page?.ok === true && (await page.text()).includes('<script');
  } catch {
    return false;
  }
}
