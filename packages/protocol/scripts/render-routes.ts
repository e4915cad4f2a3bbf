import { listOperations } from '../src/contracts.js';

/**
 * The text of `src/routes.ts`: what a client needs of every contract at run time, without the schemas. `npm run generate` writes it, a test
 * compares it with the contracts.
 */
export function renderRoutes(): string {
  const rows = [...listOperations()].map(
    ([name, { operation }]) =>
      `  ${name}: { kind: '${operation.kind}', rest: '${operation.rest}', access: '${operation.access}', repeats: '${operation.repeats}' },`,
  );
  return `// Written by \`npm run generate\` from the contracts; a test fails when it is stale.
import type { OperationName } from './contracts.js';
import type { RestRoute } from './define.js';

/** How to call an operation: what a client knows of a contract at run time, free of schemas. */
export interface Route {
  readonly kind: 'command' | 'query';
  readonly rest: RestRoute;
  readonly access: 'anyone' | 'user' | 'server';
  readonly repeats: 'id' | 'key' | 'none';
}

// biome-ignore format: one line an operation
export const routes: Readonly<Record<OperationName, Route>> = {
${rows.join('\n')}
};
`;
}
