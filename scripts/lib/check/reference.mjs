import { join } from 'node:path';
import { installed } from '../installed.mjs';
import { run } from '../processes.mjs';
import { root } from '../root.mjs';

/** Whether docs/reference is what the code says now. @returns {Promise<import('./stages.mjs').CheckResult>} */
export async function checkReference() {
  const { code, output } = await runReference(['--check']);
  if (code === 0) return { problems: [] };
  return {
    problems: [
      output.trim(),
      'What is listed is stale, if anything is. Write it anew with: npm run generate',
    ],
  };
}

/**
 * Runs the generator on the sources, where SQL files are text and packages are found by name.
 * @param {string[]} args
 */
export function runReference(args) {
  const folder = join(root, 'scripts/reference');
  return run(
    installed('tsx'),
    [
      '--tsconfig',
      join(root, 'tsconfig.base.json'),
      '--import',
      join(folder, 'sql-as-text.mjs'),
      join(folder, 'generate.ts'),
      ...args,
    ],
    { env: { ...process.env } },
  );
}
