import { defineConfig } from 'tsup';

/** One output file per source, so that a bundler takes only what an application uses. */
export default defineConfig((options) => ({
  entry: ['src/**/*.ts', '!src/**/*.test.ts'],
  bundle: false,
  format: 'esm',
  platform: 'neutral',
  target: ['es2022', 'node20'],
  tsconfig: 'tsconfig.build.json',
  dts: options.watch ? false : { entry: { index: 'src/index.ts', wire: 'src/wire.ts' } },
  sourcemap: true,
  clean: !options.watch,
}));
