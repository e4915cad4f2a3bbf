import { installed } from '../installed.mjs';
import { run } from '../processes.mjs';

/**
 * Bundles for the browser against the limits of .size-limit.mjs, which also refuses zod and Node built-ins in them.
 * @returns {Promise<import('./stages.mjs').CheckResult>}
 */
export async function checkSizes() {
  const { code, output } = await run(installed('size-limit'), ['--json'], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  const bundles = parseBundles(output);
  if (bundles === undefined) return { problems: [output.trim() || `size-limit ended with code ${code}`] };
  const lines = bundles.map(({ name, size, sizeLimit }) => `${name} ${kB(size)} of ${kB(sizeLimit)}`);
  return {
    problems: bundles
      .filter(({ passed }) => !passed)
      .map(({ name, size, sizeLimit }) => `${name}: ${kB(size)}, limit ${kB(sizeLimit)}`),
    note: lines.join(', '),
  };
}

/**
 * size-limit answers a list of bundles, or an object with an error; what esbuild warns about may stand before either.
 * @param {string} output
 * @returns {{ name: string, size: number, sizeLimit: number, passed: boolean }[] | undefined}
 */
function parseBundles(output) {
  const start = output.search(/^\[/m);
  if (start === -1) return undefined;
  try {
    return JSON.parse(output.slice(start, output.lastIndexOf(']') + 1));
  } catch {
    return undefined;
  }
}

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
