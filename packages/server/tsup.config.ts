import { defineConfig } from 'tsup';

/** The library, the command line, and the embedded database's worker, which must stay a file of its own beside them. */
export default defineConfig((options) => ({
  entry: {
    index: 'src/index.ts',
    cli: 'src/cli/index.ts',
    'embedded-worker': 'src/db/embedded/embedded-worker.ts',
  },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  tsconfig: 'tsconfig.build.json',
  loader: { '.sql': 'text' },
  dts: options.watch ? false : { entry: { index: 'src/index.ts' } },
  sourcemap: true,
  clean: !options.watch,
}));
