import type { BenchOptions } from '../bench.js';
import type { CaseSpec } from '../generator/messages.js';

/**
 * Each of the thousand members has two messages under way. More make larger commits and writes: on a machine in use the limit took 54-58 us of CPU
 * a message with 500 under way, 34-40 with 2,000. So long a queue is latency by itself (2,000 at 10,000/s wait 200 ms).
 */
const outstanding = 2000;

export function durableCases({ isQuick, cases }: BenchOptions): CaseSpec[] {
  const window = isQuick ? { warmUpMs: 1_500, measureMs: 3_000 } : { warmUpMs: 3_000, measureMs: 10_000 };
  const all: CaseSpec[] = [
    { name: '500/s', load: { ratePerSecond: 500 }, ...window },
    { name: '1500/s', load: { ratePerSecond: 1500 }, ...window },
    { name: 'saturated', load: { outstanding }, ...window },
  ];
  return all.filter(({ name }) => cases.length === 0 || cases.includes(name));
}

/** How long one run of a subject takes, roughly, its start and checks included. */
export function secondsPerRun(specs: readonly CaseSpec[]): number {
  return specs.reduce((total, { warmUpMs, measureMs }) => total + (warmUpMs + measureMs) / 1000, 12);
}
