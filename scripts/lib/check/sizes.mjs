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
  const json = output.slice(output.indexOf('['), output.lastIndexOf(']') + 1);
  if (code !== 0 && json === '') return { problems: [output.trim()] };
  /** @type {{ name: string, size: number, sizeLimit: number, passed: boolean }[]} */
  const bundles = JSON.parse(json);
  const lines = bundles.map(({ name, size, sizeLimit }) => `${name} ${kB(size)} of ${kB(sizeLimit)}`);
  return {
    problems: bundles
      .filter(({ passed }) => !passed)
      .map(({ name, size, sizeLimit }) => `${name}: ${kB(size)}, limit ${kB(sizeLimit)}`),
    note: lines.join(', '),
  };
}

/** @param {number} bytes */
function kB(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
