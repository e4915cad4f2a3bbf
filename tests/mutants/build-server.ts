import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'tsup';
import { type Mutant, mutate, root } from './mutant.js';

const packages = { '@parley/protocol': 'index.ts', '@parley/protocol/wire': 'wire.ts' };

/**
 * Bundles the command line of the server from the sources, the protocol with it, with a rule gone or none. Gives the path of the file, which must lie
 * below the server's package to find what it depends on. Throws when the mutant does not build.
 */
export async function buildServer(mutant: Mutant | undefined, outDir: string): Promise<string> {
  await build({
    config: false,
    entry: { cli: join(root, 'packages/server/src/cli/index.ts') },
    outDir,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    tsconfig: join(root, 'packages/server/tsconfig.build.json'),
    loader: { '.sql': 'text' },
    noExternal: ['@parley/protocol', '@parley/protocol/wire', ...dependenciesOf('protocol')],
    skipNodeModulesBundle: true,
    splitting: false,
    clean: false,
    dts: false,
    silent: true,
    esbuildPlugins: [
      {
        name: 'sources-of-packages',
        setup: (esbuild) => {
          esbuild.onResolve({ filter: /^@parley\/protocol(\/wire)?$/ }, ({ path }) => ({
            path: join(root, 'packages/protocol/src', packages[path as keyof typeof packages]),
          }));
        },
      },
      {
        name: 'mutant',
        setup: (esbuild) => {
          esbuild.onLoad({ filter: /\.(ts|sql)$/ }, ({ path }) =>
            mutant !== undefined && path === join(root, mutant.file)
              ? { contents: mutate(mutant), loader: path.endsWith('.sql') ? 'text' : 'ts' }
              : undefined,
          );
        },
      },
    ],
  });
  return join(outDir, 'cli.js');
}

/** What the protocol depends on is found from its own folder alone, so it comes into the bundle. */
function dependenciesOf(name: string): RegExp[] {
  const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
  // A package.json of this repository.
  const { dependencies } = JSON.parse(text) as { readonly dependencies: Readonly<Record<string, string>> };
  return Object.keys(dependencies).map((dependency) => new RegExp(`^${dependency}($|/)`));
}
