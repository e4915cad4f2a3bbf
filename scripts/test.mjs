/**
 * `npm test`: everything, on a machine with nothing but Node and npm (and Debian's packages, Homebrew or named servers for
 * PostgreSQL, Redis and Chromium; see tests/services).
 *
 *   npm test                            all stages
 *   npm test -- unit database           these stages
 *   npm test -- unit -- outbox -t lane  these files, these names: what follows the second `--` goes to vitest
 *
 * Ends with one line `N passed, N failed`. Whatever did not run counts as failed; a stage without a test file says so in the
 * table, and a run without any test fails.
 */
import { openRun, startServices } from '../tests/services/index.mjs';
import { buildStale } from './lib/build.mjs';
import { installMissing } from './lib/install.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { endOnSignals } from './lib/processes.mjs';
import { runStage } from './lib/run-stage.mjs';
import { fail, say, seconds } from './lib/say.mjs';
import { chooseStages } from './lib/test-stages.mjs';

requireNodeVersion();
const { stages, filters } = choose();
const testRun = openRun();
endOnSignals((signal) => {
  say(`\n${signal}: stopping the services ...`);
  return testRun.close();
});

/** @type {{ name: string, ms: number, note: string }[]} */
const times = [];
/** @type {string[]} */
const failures = [];
let passed = 0;

try {
  await timed('install', async () => ((await installMissing()) ? 'done' : 'up to date'));
  await timed('build', buildWhatIsNeeded);
  const env = await timed('services', startWhatIsNeeded);
  for (const stage of stages) {
    say(`\n--- ${stage.name}`);
    await timed(stage.name, () => countStage(stage, env));
  }
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
}
await testRun.close();
if (passed + failures.length === 0) failures.push('no test ran');
report();

async function buildWhatIsNeeded() {
  if (!stages.some((stage) => stage.needsBuild)) return 'not needed';
  const built = await buildStale();
  return built.length === 0 ? 'fresh' : built.join(', ');
}

/** @param {(note: string) => void} note @returns {Promise<Record<string, string>>} */
async function startWhatIsNeeded(note) {
  const wanted = new Set(stages.flatMap((stage) => stage.services));
  const { env, versions } = await startServices(testRun, wanted, say);
  note(versions.length === 0 ? 'not needed' : versions.join(', '));
  return env;
}

/** @param {import('./lib/test-stages.mjs').TestStage} stage @param {Record<string, string>} env */
async function countStage(stage, env) {
  const result = await runStage(stage, { testRun, env, filters });
  passed += result.passed;
  failures.push(...result.failures.map((line) => `${stage.name}: ${line}`));
  if (result.isEmpty) return filters.length === 0 ? 'HAS NO TEST FILE' : 'no file matches';
  return `${result.passed} passed, ${result.failed} failed`;
}

/**
 * Runs one step and notes how long it took, also when it fails.
 * @template T
 * @param {string} name
 * @param {(note: (text: string) => void) => Promise<T>} step  a string it returns is its note in the table
 */
async function timed(name, step) {
  const started = performance.now();
  let note = 'failed';
  try {
    const value = await step((text) => {
      note = text;
    });
    if (typeof value === 'string') note = value;
    return value;
  } finally {
    times.push({ name, ms: performance.now() - started, note });
  }
}

function report() {
  if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join('\n')}`);
  const total = times.reduce((sum, { ms }) => sum + ms, 0);
  const rows = [...times, { name: 'total', ms: total, note: '' }];
  console.log(
    `\n${rows.map(({ name, ms, note }) => `${name.padEnd(12)}${seconds(ms).padStart(12)}  ${note}`.trimEnd()).join('\n')}\n`,
  );
  console.log(`${passed} passed, ${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

function choose() {
  try {
    return chooseStages(process.argv.slice(2));
  } catch (error) {
    return fail(error);
  }
}
