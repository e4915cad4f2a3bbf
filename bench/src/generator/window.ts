import { clusterCpuMs, machineCpuMs, processCpuMs } from '../lib/cpu.js';
import type { Latencies } from './latencies.js';
import type { Measured, Watched } from './messages.js';

/** Where all counters stood at one moment. */
export interface Snapshot {
  readonly at: number;
  readonly acked: number;
  readonly delivered: number;
  readonly appMs: number;
  readonly databaseMs: number | undefined;
  readonly ownMs: number;
  readonly machineMs: number;
}

export function takeSnapshot(
  { appPid, postmasterPid }: Watched,
  counts: Pick<Snapshot, 'acked' | 'delivered'>,
): Snapshot {
  const { user, system } = process.cpuUsage();
  return {
    ...counts,
    at: performance.now(),
    appMs: processCpuMs(appPid),
    databaseMs: postmasterPid === undefined ? undefined : clusterCpuMs(postmasterPid),
    ownMs: (user + system) / 1000,
    machineMs: machineCpuMs(),
  };
}

/** What happened between two moments, per second and per message. */
export function measure(
  before: Snapshot,
  after: Snapshot,
  { ack, delivery }: { readonly ack: Latencies; readonly delivery: Latencies },
): Measured {
  const seconds = (after.at - before.at) / 1000;
  const acked = after.acked - before.acked;
  return {
    ackedPerSecond: acked / seconds,
    deliveriesPerSecond: (after.delivered - before.delivered) / seconds,
    appCpuUs: ((after.appMs - before.appMs) * 1000) / acked,
    ...(after.databaseMs === undefined || before.databaseMs === undefined
      ? {}
      : { databaseCpuUs: ((after.databaseMs - before.databaseMs) * 1000) / acked }),
    p50Ms: delivery.quantile(0.5),
    p99Ms: delivery.quantile(0.99),
    ackP50Ms: ack.quantile(0.5),
    ackP99Ms: ack.quantile(0.99),
    othersCores: Math.max(0, othersMs(after) - othersMs(before)) / 1000 / seconds,
    generatorCores: (after.ownMs - before.ownMs) / 1000 / seconds,
  };
}

function othersMs({ machineMs, appMs, databaseMs = 0, ownMs }: Snapshot): number {
  return machineMs - appMs - databaseMs - ownMs;
}
