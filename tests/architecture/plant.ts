import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder in the repository's shape. */
export interface Plant {
  readonly folder: string;
  remove(): void;
}

/** The packages as the base configuration knows them, so that `@parley/...` resolves in a plant as it does in the tree. */
const tsConfig = {
  compilerOptions: {
    module: 'ESNext',
    moduleResolution: 'bundler',
    baseUrl: '.',
    paths: {
      '@parley/protocol': ['./packages/protocol/src/index.ts'],
      '@parley/protocol/wire': ['./packages/protocol/src/wire.ts'],
      '@parley/server': ['./packages/server/src/index.ts'],
      '@parley/client-sdk': ['./packages/client-sdk/src/index.ts'],
    },
  },
};

/** Writes the given files (path to text) into a temporary folder. */
export function plant(files: Readonly<Record<string, string>>): Plant {
  const folder = mkdtempSync(join(tmpdir(), 'parley-plant-'));
  const all = { 'tsconfig.base.json': JSON.stringify(tsConfig), ...files };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
