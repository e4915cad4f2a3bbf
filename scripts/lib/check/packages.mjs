import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inParallel } from '../in-parallel.mjs';
import { pnpm } from '../install.mjs';
import { installed } from '../installed.mjs';
import { mustRun, run } from '../processes.mjs';
import { listPackages } from '../workspace.mjs';

/**
 * What a user would install: every public package packed, then publint (are the manifest and its files right) and
 * are-the-types-wrong (do the types resolve in every mode of an ESM-only package).
 * @returns {Promise<import('./stages.mjs').CheckResult>}
 */
export async function checkPackages() {
  const folder = mkdtempSync(join(tmpdir(), 'parley-packed-'));
  try {
    const names = listPackages().filter((each) => each.isPublic);
    const filters = names.flatMap(({ name }) => ['--filter', name]);
    await mustRun('Packing', pnpm([...filters, '-r', 'pack', '--pack-destination', folder]), {
      shell: process.platform === 'win32',
    });
    const tarballs = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
    if (tarballs.length !== names.length)
      return { problems: [`packed ${tarballs.join(', ')}, wanted ${names.length} packages`] };
    const problems = await inParallel(tarballs, 2, (file) => judge(file, join(folder, file)));
    return { problems: problems.flat(), note: tarballs.join(', ') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file @param {string} path @returns {Promise<string[]>} */
async function judge(file, path) {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' };
  const publint = await run(installed('publint'), [path, '--strict'], { env });
  const attw = await run(installed('attw'), [path, '--profile', 'esm-only', '--no-emoji', '--no-color'], {
    env,
  });
  return [
    ...(publint.code === 0 ? [] : [`publint, ${file}:\n${publint.output.trim()}`]),
    ...(attw.code === 0 ? [] : [`are-the-types-wrong, ${file}:\n${attw.output.trim()}`]),
  ];
}
