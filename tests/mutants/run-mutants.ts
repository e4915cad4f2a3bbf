/**
 * `npm run mutants`: applies every mutant in turn and runs the tests that must catch it.
 *
 *   npm run mutants                     all of them
 *   npm run mutants -- --only ban       those with this in their name or file; --kind policy: those of a kind
 *   npm run mutants -- --lanes 1        how many at once (default 2)
 *
 * First the same tests run without a mutant: they must pass, and every mutant's filter must find some, or there is no verdict on it. A mutant is killed by
 * a test that fails; a run that ends badly without a failing test is broken. Ends with a table and the score; exit code 1 unless all were killed.
 */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildServer } from './build-server.js';
import { type Mutant, mutate, root } from './mutant.js';
import { mutants } from './mutants.js';
import { TestLane } from './test-lane.js';

interface Outcome {
  readonly mutant: Mutant;
  readonly verdict: 'killed' | 'SURVIVED' | 'BROKEN';
  /** The test that failed, or why nothing can be said. */
  readonly by: string;
  readonly ms: number;
}

/** Below the server's package, so that what is built there finds what it depends on; the version is read one folder above. */
const builds = join(root, 'packages/server/.cache/mutants');

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    kind: { type: 'string', default: '' },
    lanes: { type: 'string', default: '2' },
  },
});
const chosen = mutants.filter(
  ({ name, file, kind }) =>
    `${name} ${file}`.includes(values.only) && (values.kind === '' || kind === values.kind),
);
process.exitCode = await main(chosen);

async function main(wanted: readonly Mutant[]): Promise<number> {
  if (wanted.length === 0) {
    console.error('No mutant has such a name.');
    return 1;
  }
  for (const mutant of wanted) mutate(mutant);
  await rm(builds, { recursive: true, force: true });
  await mkdir(builds, { recursive: true });
  await copyFile(join(root, 'packages/server/package.json'), join(builds, 'package.json'));
  const lanes = Array.from({ length: Math.max(1, Number(values.lanes)) }, () => new TestLane());
  try {
    const started = performance.now();
    const problems = await tryWithout(wanted, lanes);
    for (const [{ name }, problem] of problems) console.log(`  no verdict on "${name}": ${problem}`);
    const judged = wanted.filter((mutant) => !problems.has(mutant));
    console.log(
      `Without a mutant ${judged.length} of ${wanted.length} have tests that pass (${since(started)}).\n`,
    );
    const outcomes = await tryAll(judged, lanes);
    report(outcomes, { wanted: wanted.length, started });
    return outcomes.every(({ verdict }) => verdict === 'killed') && problems.size === 0 ? 0 : 1;
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
    await rm(builds, { recursive: true, force: true });
  }
}

/** Runs everything the mutants will run, once a file. Gives the mutants no verdict can be had on, and why. */
async function tryWithout(
  wanted: readonly Mutant[],
  lanes: readonly TestLane[],
): Promise<Map<Mutant, string>> {
  const serverCli = await buildServer(undefined, join(builds, 'none'));
  const problems = new Map<Mutant, string>();
  await inLanes([...groupByFile(wanted)], lanes, async ([file, ofFile], lane) => {
    const tests = [...new Set(ofFile.map(({ caughtBy }) => `(${caughtBy.tests})`))].join('|');
    const { passed, failed, broken } = await lane.run({ file, tests, serverCli, bail: false });
    console.log(`  ${file}: ${passed.length} pass${failed.length > 0 ? `, ${failed.length} FAIL` : ''}`);
    for (const mutant of ofFile) {
      const isOurs = (name: string): boolean => new RegExp(mutant.caughtBy.tests).test(name);
      const failing = failed.find(isOurs);
      if (broken !== undefined) problems.set(mutant, broken);
      else if (failing !== undefined) problems.set(mutant, `fails without it: ${failing}`);
      else if (!passed.some(isOurs))
        problems.set(mutant, `no test in ${file} is called ${mutant.caughtBy.tests}`);
    }
  });
  return problems;
}

function groupByFile(wanted: readonly Mutant[]): Map<string, Mutant[]> {
  const groups = new Map<string, Mutant[]>();
  for (const mutant of wanted) {
    const { file } = mutant.caughtBy;
    groups.set(file, [...(groups.get(file) ?? []), mutant]);
  }
  return groups;
}

async function tryAll(wanted: readonly Mutant[], lanes: readonly TestLane[]): Promise<Outcome[]> {
  const outcomes = new Map<Mutant, Outcome>();
  await inLanes(wanted, lanes, async (mutant, lane) => {
    const outcome = await tryOne(mutant, { lane, outDir: join(builds, String(lanes.indexOf(lane))) });
    outcomes.set(mutant, outcome);
    console.log(
      `${`${outcomes.size}/${wanted.length}`.padStart(8)}  ${outcome.verdict.padEnd(8)}  ${mutant.name}`,
    );
  });
  return wanted.flatMap((mutant) => outcomes.get(mutant) ?? []);
}

/** Does something with each, in their order, one at a time in each lane. */
async function inLanes<T>(
  items: readonly T[],
  lanes: readonly TestLane[],
  work: (item: T, lane: TestLane) => Promise<void>,
): Promise<void> {
  const waiting = items.map((item) => ({ item }));
  const run = async (lane: TestLane): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next.item, lane);
  };
  await Promise.all(lanes.map(run));
}

async function tryOne(
  mutant: Mutant,
  { lane, outDir }: { readonly lane: TestLane; readonly outDir: string },
): Promise<Outcome> {
  const started = performance.now();
  const outcome = (verdict: Outcome['verdict'], by: string): Outcome => ({
    mutant,
    verdict,
    by,
    ms: performance.now() - started,
  });
  try {
    const { file, tests, project } = mutant.caughtBy;
    const serverCli = project === 'conformance' ? await buildServer(mutant, outDir) : undefined;
    const { failed, broken } = await lane.run({ file, tests, mutant: mutant.name, serverCli, bail: true });
    const [by] = failed;
    if (by !== undefined) return outcome('killed', by);
    return broken === undefined ? outcome('SURVIVED', '') : outcome('BROKEN', broken);
  } catch (error) {
    return outcome('BROKEN', error instanceof Error ? error.message : String(error));
  }
}

function report(
  outcomes: readonly Outcome[],
  { wanted, started }: { readonly wanted: number; readonly started: number },
): void {
  const width = Math.max(0, ...outcomes.map(({ mutant }) => mutant.name.length));
  console.log('');
  for (const { mutant, verdict, by, ms } of outcomes)
    console.log(
      `${mutant.name.padEnd(width)}  ${verdict.padEnd(8)}  ${(ms / 1000).toFixed(1).padStart(5)} s  ${firstLine(by)}`,
    );
  for (const { mutant, verdict, by } of outcomes)
    if (verdict !== 'killed')
      console.log(
        `\n${verdict}: ${mutant.name}\n  ${mutant.file}\n  ${mutant.caughtBy.file} -t ${mutant.caughtBy.tests}\n${by}`,
      );
  const killed = outcomes.filter(({ verdict }) => verdict === 'killed').length;
  console.log(`\nKilled ${killed}/${wanted} in ${since(started)}.`);
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 150);
}

function since(started: number): string {
  const seconds = Math.round((performance.now() - started) / 1000);
  return seconds < 100 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
