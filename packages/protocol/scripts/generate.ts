import { writeFileSync } from 'node:fs';
import { renderRoutes } from './render-routes.js';

writeFileSync(new URL('../src/routes.ts', import.meta.url), renderRoutes());
