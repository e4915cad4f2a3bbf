import { defineConfig } from 'tsup';

export default defineConfig((options) => ({
  entry: { index: 'src/index.ts', node: 'src/node.ts', testing: 'src/testing.ts' },
  format: 'esm',
  platform: 'neutral',
  target: ['es2022', 'node20'],
  tsconfig: 'tsconfig.build.json',
  dts: options.watch ? false : { entry: { index: 'src/index.ts', testing: 'src/testing.ts' } },
  sourcemap: true,
  clean: !options.watch,
}));
