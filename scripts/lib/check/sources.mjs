import { installed } from '../installed.mjs';
import { run } from '../processes.mjs';

/** Format, lint and import order by biome.json. @returns {Promise<import('./stages.mjs').CheckResult>} */
export function checkFormatAndLint() {
  return told(
    'biome',
    ['ci', '.', '--colors=off', '--max-diagnostics=200'],
    'Most of it is repaired by: npx biome check --write .',
  );
}

/** Files, exports and dependencies nobody uses, by knip.json. @returns {Promise<import('./stages.mjs').CheckResult>} */
export function checkUnused() {
  return told(
    'knip',
    ['--no-progress', '--no-config-hints'],
    'Delete what is listed, or name its user in knip.json.',
  );
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} advice
 */
async function told(command, args, advice) {
  const { code, output } = await run(installed(command), args, {
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  return { problems: code === 0 ? [] : [output.trim(), advice] };
}
