/**
 * One lane of a run, a process of its own because a mutant is a setting of the process: it keeps one vitest warm, so that a mutant costs the reading of its own
 * file again and not of everything. Takes one order at a time and answers each with a result.
 */
import { join } from 'node:path';
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node';
import { mutate, root } from './mutant.js';
import { mutants } from './mutants.js';
import type { Order, TestResult } from './test-lane.js';

const vitest = await createVitest('test', {
  root,
  config: join(root, 'tests/mutants/vitest.config.ts'),
  project: ['unit', 'database', 'conformance'],
  watch: false,
  maxWorkers: 1,
  reporters: [{}],
});
const specifications = new Map<string, TestSpecification[]>();

process.on('message', (order: Order) => {
  void carryOut(vitest, order)
    .catch((error: unknown): TestResult => ({ passed: [], failed: [], broken: String(error) }))
    .then((result) => process.send?.(result));
});
process.once('disconnect', () => {
  void vitest.close().finally(() => process.exit());
});
process.send?.('ready');

async function carryOut(
  runner: Vitest,
  { file, tests, mutant, serverCli, bail }: Order,
): Promise<TestResult> {
  const changed = mutants.find(({ name }) => name === mutant);
  if (changed !== undefined) mutate(changed);
  setEnvironment('PARLEY_TEST_MUTANT', mutant);
  setEnvironment('PARLEY_TEST_SERVER_CLI', serverCli);
  if (changed !== undefined) runner.invalidateFile(root + changed.file);
  runner.config.bail = bail ? 1 : 0;
  for (const project of runner.projects) project.config.bail = runner.config.bail;
  runner.setGlobalTestNamePattern(new RegExp(tests));
  try {
    const { testModules, unhandledErrors } = await runner.runTestSpecifications(
      await specificationsOf(runner, file),
      false,
    );
    // What ran before is remembered beside it.
    const ours = testModules.filter(({ moduleId }) => moduleId === root + file);
    const all = ours.flatMap((module) => [...module.children.allTests()]);
    const named = (state: string): string[] =>
      all.filter((test) => test.result().state === state).map(({ fullName }) => fullName);
    const [passed, failed] = [named('passed'), named('failed')];
    const suites = ours.flatMap((module) => [module, ...module.children.allSuites()]);
    const errors = [...suites.flatMap((suite) => suite.errors()), ...unhandledErrors].map(textOf);
    return {
      passed,
      failed,
      broken: failed.length === 0 && errors.length > 0 ? errors.join('\n') : undefined,
    };
  } finally {
    // The next order reads the file as it is.
    if (changed !== undefined) runner.invalidateFile(root + changed.file);
  }
}

async function specificationsOf(runner: Vitest, file: string): Promise<TestSpecification[]> {
  const known = specifications.get(file);
  if (known !== undefined) return known;
  const found = await runner.globTestSpecifications([file]);
  specifications.set(file, found);
  return found;
}

function setEnvironment(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

function textOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error
    ? String(error.message)
    : String(error);
}
