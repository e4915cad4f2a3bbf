/**
 * `npm run check`: everything that can be told without running the product. `npm run check -- biome types` runs these stages.
 * All stages run whatever the first ones say; what is wrong is printed at the end.
 */
import { buildStale } from './lib/build.mjs';
import { installMissing } from './lib/install.mjs';
import { requireNodeVersion } from './lib/node-version.mjs';
import { endOnSignals } from './lib/processes.mjs';
import { fail, say, since } from './lib/say.mjs';

requireNodeVersion();
endOnSignals();
/** @type {string[]} */
const reports = [];

try {
  await installMissing();
} catch (error) {
  fail(error);
}
// Loaded after installing: the stages import dependencies of the repository.
const { checkStages } = await import('./lib/check/stages.mjs');
const names = process.argv.slice(2);
const unknown = names.filter((name) => !checkStages.some((stage) => stage.name === name));
if (unknown.length > 0) {
  fail(
    `There is no stage "${unknown.join('", "')}". Stages: ${checkStages.map((stage) => stage.name).join(', ')}.`,
  );
}
const chosen = checkStages.filter((stage) => names.length === 0 || names.includes(stage.name));

if (chosen.some((stage) => stage.needsBuild))
  await runStage('build', async () => ({ problems: [], note: (await buildStale()).join(', ') }));
for (const { name, check } of chosen) await runStage(name, check);

if (reports.length > 0) console.log(`\n${reports.join('\n\n')}`);
console.log(`\n${reports.length === 0 ? 'Every check passed.' : `${reports.length} of the checks failed.`}`);
process.exitCode = reports.length === 0 ? 0 : 1;

/**
 * @param {string} name
 * @param {() => Promise<import('./lib/check/stages.mjs').CheckResult>} check
 */
async function runStage(name, check) {
  const started = performance.now();
  /** @type {import('./lib/check/stages.mjs').CheckResult} */
  let result;
  try {
    result = await check();
  } catch (error) {
    result = { problems: [error instanceof Error ? error.message : String(error)] };
  }
  const isFine = result.problems.length === 0;
  if (!isFine) reports.push(`--- ${name}\n${result.problems.join('\n')}`);
  say(
    `${isFine ? 'ok    ' : 'FAILED'}  ${name.padEnd(14)}${since(started).padStart(8)}  ${result.note ?? ''}`.trimEnd(),
  );
}
