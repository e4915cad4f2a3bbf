/** CPU time of other processes, from Linux's /proc. Elsewhere there is none to read and the figures are missing. */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports in hundredths of a second on every architecture Node runs on. */
const msPerTick = 10;

interface ProcessTimes {
  readonly parent: number;
  readonly ownMs: number;
  /** Of children that have ended and were waited for. */
  readonly endedChildrenMs: number;
}

/** CPU a process has used since it started, all its threads, in milliseconds. */
export function processCpuMs(pid: number): number {
  return readTimes(pid)?.ownMs ?? Number.NaN;
}

/**
 * CPU of a PostgreSQL cluster since it started: the postmaster, its live children (backends, writers, checkpointer) and those that
 * have ended, which the postmaster has waited for.
 */
export function clusterCpuMs(postmaster: number): number {
  const own = readTimes(postmaster);
  if (own === undefined) return Number.NaN;
  let total = own.ownMs + own.endedChildrenMs;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const times = readTimes(pid);
    if (times?.parent === postmaster) total += times.ownMs;
  }
  return total;
}

/** CPU that everything on the machine has used, and what its host kept from it, in milliseconds. */
export function machineCpuMs(): number {
  let line: string;
  try {
    line = readFileSync('/proc/stat', 'latin1').split('\n', 1)[0] ?? '';
  } catch {
    // No /proc.
    return Number.NaN;
  }
  // cpu user nice system idle iowait irq softirq steal
  const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number);
  return (
    ticks.reduce((total, count, index) => (index === 3 || index === 4 ? total : total + count), 0) * msPerTick
  );
}

/** The process that started this one, or undefined where there is no /proc to tell. */
export function parentOf(pid: number): number | undefined {
  return readTimes(pid)?.parent;
}

function readTimes(pid: number): ProcessTimes | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    // Ended since it was listed, or there is no /proc.
    return undefined;
  }
  // The name stands in parentheses and may hold anything; what follows the last one are plain numbers.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index]) * msPerTick;
  return {
    parent: Number(fields[1]),
    ownMs: ticks(11) + ticks(12),
    endedChildrenMs: ticks(13) + ticks(14),
  };
}
