import { listOperations } from '@parley/protocol';
import type { Registry } from 'prom-client';
import type { Publication } from '../fanout/broker.js';
import { createCommitTeller } from '../kernel/hooks/commit-teller.js';
import { createHookGate, type HookGate } from '../kernel/hooks/gate.js';
import { createHookMetrics } from '../kernel/hooks/hook-metrics.js';
import type { Hooks } from '../kernel/hooks/hooks.js';
import type { ResolvedOptions } from '../options.js';

interface OpenHooks {
  readonly options: Pick<ResolvedOptions, 'hooks' | 'hookTimeoutMs' | 'onHookFailure' | 'clock'>;
  readonly newId: () => string;
  readonly metrics: { readonly registry: Registry };
  readonly log: { error(fields: object, message: string): void };
}

export interface OpenedHooks {
  /** Undefined where operations meet no hook, and so cost nothing. */
  readonly gate: HookGate | undefined;
  /** Tells the host of what was committed, after which nobody waits. */
  told(publication: Publication): void;
  /** Resolves when no command waits for a hook any more. */
  admitted(): Promise<void>;
  /** Resolves when the host knows what was committed, or has had its time. */
  close(): Promise<void>;
}

/** The host's hooks, with their limits. Throws for a name in `beforeCommand` that no command has. */
export function openHooks({ options, newId, metrics: { registry }, log }: OpenHooks): OpenedHooks {
  const { hooks, hookTimeoutMs: timeoutMs, onHookFailure: onFailure, clock } = options;
  requireKnown(hooks);
  const metrics = createHookMetrics(registry);
  const onFailed = (hook: keyof Hooks, error: unknown, fields: object = {}): void => {
    metrics.failed(hook);
    log.error({ err: error, hook, ...fields }, 'a hook failed');
  };
  const isGated = hooks.beforeCommand !== undefined || hooks.authorise !== undefined;
  const gate = isGated
    ? createHookGate({
        hooks,
        newId,
        timeoutMs,
        onFailure,
        after: clock.after,
        onFailed: (hook, operation, error) => onFailed(hook, error, { operation }),
      })
    : undefined;
  const teller =
    hooks.afterCommit &&
    createCommitTeller({
      afterCommit: hooks.afterCommit,
      after: clock.after,
      closeTimeoutMs: timeoutMs,
      onFailed: (error) => onFailed('afterCommit', error),
      onFull: () => log.error({ hook: 'afterCommit' }, 'a hook is too slow: it is not told of everything'),
      onDropped: metrics.dropped,
    });
  return {
    gate,
    told: ({ events }) => teller?.tell(events),
    admitted: async () => gate?.idle(),
    close: async () => teller?.close(),
  };
}

function requireKnown({ beforeCommand = {} }: Hooks): void {
  if (typeof beforeCommand === 'function') return;
  const operations = listOperations();
  for (const name of Object.keys(beforeCommand))
    if (name === 'runBatch' || operations.get(name)?.operation.kind !== 'command')
      throw new Error(`hooks.beforeCommand has ${name}, which is no command of its own`);
}
