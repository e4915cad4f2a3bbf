import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pnpm } from '../../scripts/lib/install.mjs';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Folder {
  readonly path: string;
  readonly remove: () => Promise<void>;
}

/** An empty folder in which a stranger has run `npm install` with the packed packages, and with others from the registry. */
export async function installPacked(
  names: readonly string[],
  others: readonly string[] = [],
): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'parley-docs-'));
  const [command, args] = pnpm([
    ...names.flatMap((name) => ['--filter', `@parley/${name}`]),
    '-r',
    'pack',
    '--pack-destination',
    path,
  ]);
  await run(command, args, { cwd: root });
  const tarballs = (await readdir(path)).filter((file) => file.endsWith('.tgz')).map((file) => `./${file}`);
  await writeFile(
    join(path, 'package.json'),
    JSON.stringify({ name: 'stranger', private: true, type: 'module' }),
  );
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs, ...others], {
    cwd: path,
  });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
