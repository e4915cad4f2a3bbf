import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { renderRoutes } from '../scripts/render-routes.js';

it('the routes clients carry are those of the contracts', () => {
  expect(readFileSync(new URL('./routes.ts', import.meta.url), 'utf8'), 'run `npm run generate`').toBe(
    renderRoutes(),
  );
});
