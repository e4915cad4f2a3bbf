/**
 * Real clients against the server in memory, with everything a seed draws happening to them. Fixed seeds here; with PARLEY_SIMULATOR_RUNS as many drawn ones as
 * it says, or with PARLEY_TEST_SEED that one. A failure prints its seed and the shortest script that still fails.
 */
import { expect, it } from 'vitest';
import { drawScript } from './script.js';
import { describeScript, shorten } from './shorten.js';
import { type SimResult, simulate } from './simulate.js';

const fixedRuns = 30;
const minute = 60_000;

const given = process.env['PARLEY_TEST_SEED'];
const drawnRuns = Number(process.env['PARLEY_SIMULATOR_RUNS'] ?? 0);
const isFixed = given === undefined && drawnRuns === 0;

/** What a set of runs must have had, all together: a fault that never struck proves nothing. */
const wanted = [
  'network partition',
  'network loseResponse',
  'network double',
  'network reorder',
  'network cut',
  'half-open sockets',
  'cut',
  'restart',
  'drain',
  'offline',
  'reload',
  'crash',
  'skew',
  'longSleep',
  'restore',
  'reuse',
  'reconnects',
  'resets',
  'signed in again',
  'log ins',
  'left to the outbox',
  'acknowledged',
  'undone on the device',
  'refused not_found',
  'refused id_conflict',
];

if (isFixed) {
  it(
    'keeps every promise through the faults of the fixed seeds, and each fault struck',
    async () => {
      const { counts } = await runAll(1, fixedRuns);
      expect(wanted.filter((name) => (counts[name] ?? 0) === 0)).toEqual([]);
    },
    2 * minute,
  );

  it(
    'does the same again for the same seed',
    async () => {
      const [one, other] = [await simulate({ seed: 7 }), await simulate({ seed: 7 })];
      expect(one.trace).toBe(other.trace);
      expect((await simulate({ seed: 8 })).trace).not.toBe(one.trace);
    },
    minute,
  );
} else {
  it(
    'keeps every promise through the faults of drawn seeds',
    async () => {
      const first = given === undefined ? Math.floor(Math.random() * 2 ** 30) : Number.parseInt(given, 10);
      const started = performance.now();
      const { counts, runs } = await runAll(first, Math.max(1, drawnRuns));
      const seconds = (performance.now() - started) / 1000;
      process.stdout.write(
        `${runs} runs from seed ${first} in ${seconds.toFixed(0)} s\n${JSON.stringify(counts)}\n`,
      );
    },
    24 * 60 * minute,
  );
}

async function runAll(
  first: number,
  runs: number,
): Promise<{ counts: Record<string, number>; runs: number }> {
  const counts: Record<string, number> = {};
  for (let seed = first; seed < first + runs; seed += 1) {
    const result = await simulate({ seed });
    if (result.problems.length > 0) expect.fail(await describeFailure(seed, result));
    for (const [name, count] of Object.entries(result.counts)) counts[name] = (counts[name] ?? 0) + count;
    const done = seed - first + 1;
    if (!isFixed && done % 100 === 0) process.stdout.write(`${done} runs, the last with seed ${seed}\n`);
  }
  return { counts, runs };
}

async function describeFailure(seed: number, { problems }: SimResult): Promise<string> {
  const kinds = new Set(problems.map(kindOf));
  const script = await shorten(drawScript(seed), async (shorter) => {
    const again = await simulate({ seed, script: shorter });
    return again.problems.some((problem) => kinds.has(kindOf(problem)));
  });
  const { problems: left } = await simulate({ seed, script });
  return [`PARLEY_TEST_SEED=${seed}`, ...problems, 'In short:', describeScript(script), ...left].join('\n');
}

/** What a problem is, without whose and where. */
function kindOf(problem: string): string {
  return problem.replace(/ in [\da-f-]{36}.*$/s, '').replace(/\d+/g, 'n');
}
