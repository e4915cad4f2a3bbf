import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { listMarked } from '../../tests/services/marked-processes.mjs';
import { run } from './processes.mjs';
import { root } from './root.mjs';
import { readReport } from './test-report.mjs';

/**
 * Runs vitest once for a stage, then looks for processes its tests left behind: each is ended and counts as a failure.
 * @param {import('./test-stages.mjs').TestStage} stage
 * @param {{ testRun: import('../../tests/services/run.mjs').Run, env: Record<string, string>, filters: string[] }} options
 * @returns {Promise<import('./test-report.mjs').StageResult>}
 */
export async function runStage(stage, { testRun, env, filters }) {
  const report = join(testRun.folder, `${stage.name}.json`);
  const args = ['run', '--project', stage.name, '--passWithNoTests', '--maxWorkers', String(stage.workers)];
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { code } = await run(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), ...args, ...reporters, ...filters],
    {
      env: {
        ...process.env,
        ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}),
        ...env,
        ...testRun.environment(stage.name),
      },
      show: true,
      timeoutMs: stage.limitMinutes * 60_000,
    },
  );
  const result = readReport(report, { exitCode: code, isFiltered: filters.length > 0 });
  const left = await endLeftBehind(`${testRun.id}.${stage.name}`);
  const failures = [
    ...result.failures,
    ...left.map((command) => `left a process behind: ${command.slice(0, 200)}`),
  ];
  return { ...result, failed: failures.length, failures };
}

/** Helpers that are just ending get a moment. @param {string} mark @returns {Promise<string[]>} command lines */
async function endLeftBehind(mark) {
  for (let tries = 0; tries < 30 && listMarked(mark).length > 0; tries += 1) await delay(100);
  const left = listMarked(mark);
  for (const { pid } of left) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself between the look and the kill.
    }
  }
  return left.map(({ command }) => command);
}
