import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * One project per stage of `npm test`. Every `*.test.ts(x)` of the repository belongs to exactly one of them: what no other
 * project claims is a unit test, so a new file cannot be left out by accident.
 */
const claimed = {
  database: [
    'packages/**/*.pg.test.{ts,tsx}',
    'tests/services/**/*.pg.test.ts',
    'tests/sql/**/*.test.ts',
    'tests/embedding/**/*.test.ts',
  ],
  conformance: ['tests/conformance/**/*.test.ts'],
  faults: ['tests/faults/**/*.test.ts'],
  cluster: ['tests/cluster/**/*.test.ts'],
  e2e: ['tests/e2e/**/*.test.{ts,tsx}'],
  docs: ['tests/docs/**/*.test.ts'],
};

const notSources = ['**/node_modules/**', '**/dist/**', '**/.cache/**', '**/.parley/**'];

/** Stages that start servers get room; a unit test that needs more than the default is a design finding. */
const slow = { testTimeout: 60_000, hookTimeout: 60_000 };

function project(
  name: string,
  include: string[],
  options: { testTimeout?: number; hookTimeout?: number; globalSetup?: string; isolate?: boolean } = {},
) {
  return {
    extends: true as const,
    test: { name, include, exclude: notSources, pool: 'forks' as const, ...options },
  };
}

function source(path: string): string {
  return fileURLToPath(new URL(`./packages/${path}`, import.meta.url));
}

export default defineConfig({
  plugins: [
    {
      name: 'sql-as-text',
      enforce: 'pre',
      load(id) {
        const [path = id] = id.split('?');
        return path.endsWith('.sql')
          ? `export default ${JSON.stringify(readFileSync(path, 'utf8'))};`
          : undefined;
      },
    },
  ],
  resolve: {
    alias: [
      { find: /^@parley\/protocol$/, replacement: source('protocol/src/index.ts') },
      { find: /^@parley\/protocol\/wire$/, replacement: source('protocol/src/wire.ts') },
      { find: /^@parley\/server$/, replacement: source('server/src/index.ts') },
      { find: /^@parley\/client-sdk\/testing$/, replacement: source('client-sdk/src/testing.ts') },
      // As Node itself would take it.
      { find: /^@parley\/client-sdk$/, replacement: source('client-sdk/src/node.ts') },
      { find: /^@parley\/react-hooks$/, replacement: source('react-hooks/src/index.ts') },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...notSources, ...Object.values(claimed).flat()],
        },
      },
      project('database', claimed.database, {
        ...slow,
        globalSetup: source('server/src/testing/embedded-template.ts'),
        isolate: false,
      }),
      project('conformance', claimed.conformance, slow),
      project('faults', claimed.faults, { testTimeout: 300_000, hookTimeout: 60_000 }),
      project('cluster', claimed.cluster, { testTimeout: 1_800_000, hookTimeout: 60_000 }),
      project('e2e', claimed.e2e, { testTimeout: 120_000, hookTimeout: 120_000 }),
      project('docs', claimed.docs, { testTimeout: 180_000, hookTimeout: 180_000 }),
    ],
  },
});
