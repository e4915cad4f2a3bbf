import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} StageResult
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} failures  one line for each failure
 * @property {boolean} isEmpty  no file was found: the stage has none yet, or none that the caller's filter matches
 */

/**
 * Reads what vitest's JSON reporter wrote, strictly: whatever kept a test from running counts as a failure. That is a file
 * that could not be loaded, a skipped or unwritten test (unless the caller filtered), files without a test, and a vitest that
 * ended badly though every test passed. No file at all is no failure of the stage, but it is told (`isEmpty`).
 *
 * @param {string} path
 * @param {{ exitCode: number, isFiltered: boolean }} how
 * @returns {StageResult}
 */
export function readReport(path, { exitCode, isFiltered }) {
  if (!existsSync(path))
    return {
      passed: 0,
      failed: 1,
      failures: [`vitest wrote no report (exit code ${exitCode})`],
      isEmpty: false,
    };
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
  const files =
    /** @type {{ name: string, status: string, assertionResults: { fullName: string, status: string }[] }[]} */ (
      testResults
    );
  const tests = files.flatMap(({ name, assertionResults }) =>
    assertionResults.map((test) => ({ file: name, ...test })),
  );
  const passed = tests.filter((test) => test.status === 'passed').length;
  const failures = tests
    .filter((test) => test.status === 'failed')
    .map((test) => `${test.file}: ${test.fullName}`);
  for (const file of files) {
    const hasOwnFailure = file.assertionResults.some((test) => test.status === 'failed');
    if (file.status === 'failed' && !hasOwnFailure) failures.push(`${file.name}: the file failed as a whole`);
  }
  if (!isFiltered) {
    const unrun = tests.filter((test) => test.status !== 'passed' && test.status !== 'failed');
    failures.push(
      ...unrun.map(
        (test) => `${test.file}: ${test.fullName} (${test.status}: a test that does not run proves nothing)`,
      ),
    );
  }
  const isEmpty = files.length === 0 && exitCode === 0;
  if (passed + failures.length === 0 && !isEmpty) failures.push('no test ran');
  if (exitCode !== 0 && failures.length === 0)
    failures.push(`vitest ended with exit code ${exitCode} (an error outside a test)`);
  return { passed, failed: failures.length, failures, isEmpty };
}
