import { Counter, type Registry } from 'prom-client';
import type { Hooks } from './hooks.js';

export interface HookMetrics {
  failed(hook: keyof Hooks): void;
  dropped(count: number): void;
}

/** Counters of the host's hooks. Registers them; once a registry. */
export function createHookMetrics(registry: Registry): HookMetrics {
  const registers = [registry];
  const failures = new Counter({
    name: 'parley_hook_failures_total',
    help: "Calls of the host's hooks that threw or took too long.",
    labelNames: ['hook'],
    registers,
  });
  const dropped = new Counter({
    name: 'parley_hook_events_dropped_total',
    help: 'Events the hook afterCommit was not told of because too many were waiting for it.',
    registers,
  });
  return { failed: (hook) => failures.inc({ hook }), dropped: (count) => dropped.inc(count) };
}
