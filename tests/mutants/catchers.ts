/** The suites that catch mutants, each with the tests that matter as a regular expression over their names. */
import type { Catcher } from './mutant.js';

/** Cells of the matrix of authorization: `getMessage as (NM|LR)`. */
export function matrix(cells: string): Catcher {
  return { file: 'tests/conformance/authorization.test.ts', project: 'conformance', tests: `: (${cells})` };
}

/** Operations called with a token of their own person that names another tenant: `getMessage`. */
export function otherTenant(operations: string): Catcher {
  const file = 'tests/conformance/tenant-of-a-token.test.ts';
  return { file, project: 'conformance', tests: `\\b(${operations})\\b` };
}

/** What the headers of a request say of who sends it. */
export function credentials(tests: string): Catcher {
  return { file: 'tests/conformance/credentials.test.ts', project: 'conformance', tests };
}

/** Cases of the conformance suite. The engine has no say in who may what: they run on PostgreSQL alone. */
export function conformance(cases: string): Catcher {
  const file = 'tests/conformance/conformance.test.ts';
  return { file, project: 'conformance', tests: `the postgres engine.*(${cases})` };
}

/** Tests of the server that need a database, on PostgreSQL alone: `features/members/roles`. */
export function database(file: string, tests: string): Catcher {
  return {
    file: `packages/server/src/${file}.pg.test.ts`,
    project: 'database',
    tests: `\\(postgres\\).*(${tests})`,
  };
}

/** Tests of the log's statements. */
export function sqlTests(file: string, tests: string): Catcher {
  return { file: `tests/sql/${file}.test.ts`, project: 'database', tests: `\\(postgres\\).*(${tests})` };
}

/** Tests that need nothing: `server/src/access/tokens`. */
export function unit(file: string, tests: string): Catcher {
  return { file: `packages/${file}.test.ts`, project: 'unit', tests };
}
