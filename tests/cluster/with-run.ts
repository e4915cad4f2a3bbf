import { expect } from 'vitest';
import { Cluster, type ClusterOptions } from './cluster.js';
import { Run, type RunOptions, type Verdict } from './run.js';

export interface RunScenario extends ClusterOptions, Omit<RunOptions, 'cluster'> {
  /** What its line of figures begins with. */
  readonly name: string;
}

export interface Scenario {
  readonly cluster: Cluster;
  readonly run: Run;
  /** Judges the run and prints its figures. Fails the test on any violation. */
  readonly judge: () => Promise<Verdict & { readonly count: (name: string, label?: string) => number }>;
}

/** Opens a cluster with people at it, and closes both whatever happens. */
export async function withRun(
  options: RunScenario,
  body: (scenario: Scenario) => Promise<void>,
): Promise<void> {
  const started = performance.now();
  const cluster = await Cluster.open(options);
  try {
    const run = await Run.open({ ...options, cluster });
    const judge = async () => {
      const verdict = await run.judge();
      const count = await cluster.counts();
      const healed = ['publication', 'poll'].map((by) => `${count('parley_gaps_healed_total', by)} by ${by}`);
      console.log(
        `${options.name}: ${JSON.stringify(verdict.figures)}, gaps ${count('parley_gaps_total')}, healed ${healed.join(', ')}, ` +
          `pulls ${count('parley_pulls_total')}, flushes ${count('parley_flush_seconds_count')} of ` +
          `${Math.round((1000 * count('parley_flush_seconds_sum')) / count('parley_flush_seconds_count'))} ms, late ${count('parley_publications_late_total')}, ` +
          `${Math.round((performance.now() - started) / 1000)} s (PARLEY_TEST_SEED=${options.seed})`,
      );
      const hint = `${countRules(verdict)} (PARLEY_TEST_SEED=${options.seed})\n${cluster.output().slice(-2000)}`;
      expect(
        { violations: verdict.violations.slice(0, 20), behind: verdict.behind.slice(0, 20) },
        hint,
      ).toEqual({
        violations: [],
        behind: [],
      });
      expect(run.clients.flatMap(({ failures }) => failures).slice(0, 5), hint).toEqual([]);
      expect(verdict.figures.longestSilenceMs, 'a time in which nothing succeeded').toBeLessThan(10_000);
      expect(verdict.figures.acknowledged, 'hardly anything was done').toBeGreaterThan(100);
      return { ...verdict, count };
    };
    try {
      await body({ cluster, run, judge });
    } finally {
      run.close();
    }
  } finally {
    await cluster.close();
  }
}

/** How often each rule was broken, for the head of a failure. */
function countRules({ violations }: Verdict): string {
  const counts = new Map<string, number>();
  for (const { rule } of violations) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => `${count} ${rule}`).join(', ');
}
