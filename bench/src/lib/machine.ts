import { cpus, loadavg, release, totalmem } from 'node:os';
import { median } from './median.js';

export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly system: string;
}

export function machineFacts(): MachineFacts {
  const all = cpus();
  return {
    cpu: all[0]?.model ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    system: `${process.platform} ${release()}`,
  };
}

/** How quiet the machine is. */
export interface Noise {
  /** The median time of a fixed piece of work. */
  readonly spinMs: number;
  /** How much longer than the fastest the slowest tenth took, as a part. */
  readonly spread: number;
  readonly loadAverage: number;
}

/** Does the same arithmetic forty times and looks how much the times differ. Takes about a second. */
export function measureNoise(): Noise {
  spin();
  const times = Array.from({ length: 40 }, () => {
    const from = performance.now();
    spin();
    return performance.now() - from;
  });
  const spinMs = median(times);
  const slow = [...times].sort((one, other) => one - other)[Math.floor(times.length * 0.9)] ?? Number.NaN;
  return { spinMs, spread: slow / Math.min(...times) - 1, loadAverage: loadavg()[0] ?? Number.NaN };
}

function spin(): number {
  let value = 1;
  for (let count = 0; count < 20_000_000; count += 1)
    value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
  return value;
}
