import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.js';
import { mutate, root } from './mutant.js';
import { mutants } from './mutants.js';

/** The configuration of the repository, with the file of the mutant that PARLEY_TEST_MUTANT names at the time in its other form. */
export default mergeConfig(
  defineConfig({
    root,
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        load(id) {
          const [path = id] = id.split('?');
          const mutant = mutants.find(({ name }) => name === process.env['PARLEY_TEST_MUTANT']);
          if (mutant === undefined || path !== root + mutant.file) return undefined;
          const text = mutate(mutant);
          return path.endsWith('.sql') ? `export default ${JSON.stringify(text)};` : text;
        },
      },
    ],
  }),
  base,
);
