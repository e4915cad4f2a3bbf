import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readReport } from './test-report.mjs';

const folder = mkdtempSync(join(tmpdir(), 'parley-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A report of files, each given as its own status and the statuses of its tests. */
function report(...files: [status: string, tests: string[]][]): string {
  const path = join(folder, 'report.json');
  const testResults = files.map(([status, tests], index) => ({
    name: `file-${index}.test.ts`,
    status,
    assertionResults: tests.map((each, test) => ({ fullName: `test ${test}`, status: each })),
  }));
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

const ended = (exitCode: number, isFiltered = false) => ({ exitCode, isFiltered });

describe('readReport', () => {
  it('counts what passed', () => {
    expect(readReport(report(['passed', ['passed', 'passed']]), ended(0))).toEqual({
      passed: 2,
      failed: 0,
      failures: [],
      isEmpty: false,
    });
  });

  it('names what failed, and a file that could not be loaded', () => {
    const { passed, failures } = readReport(
      report(['failed', ['failed', 'passed']], ['failed', []]),
      ended(1),
    );
    expect(passed).toBe(1);
    expect(failures).toEqual(['file-0.test.ts: test 0', expect.stringContaining('file-1.test.ts')]);
  });

  it('counts a skipped or unwritten test as failed, unless the caller chose among tests', () => {
    const path = report(['passed', ['passed', 'skipped', 'todo']]);
    expect(readReport(path, ended(0)).failed).toBe(2);
    expect(readReport(path, ended(0, true)).failed).toBe(0);
  });

  it('counts a run that ended badly though every test passed', () => {
    expect(readReport(report(['passed', ['passed']]), ended(1)).failed).toBe(1);
  });

  it('counts files without a test', () => {
    expect(readReport(report(['passed', []]), ended(0))).toMatchObject({
      failures: ['no test ran'],
      isEmpty: false,
    });
  });

  it('tells a stage without a file from one that could not look', () => {
    expect(readReport(report(), ended(0))).toMatchObject({ failed: 0, isEmpty: true });
    expect(readReport(report(), ended(1))).toMatchObject({ failed: 1, isEmpty: false });
  });

  it('counts a report that was not written', () => {
    expect(readReport(join(folder, 'none.json'), ended(137))).toMatchObject({ failed: 1, isEmpty: false });
  });
});
