/**
 * Commands one after the other in one request: what an outbox has gathered while it was offline needs one round trip for sixteen, not sixteen.
 *
 * - Each takes the road of a call that came alone: limits, hooks, rights. None is tried before the one in front has its answer.
 * - What may pass by itself ends the batch, or the commands behind it would overtake. A refusal for good does not: it is an answer.
 * - What nobody foresaw fails the request as a whole. What was carried out before it stays, and is answered again when the request is repeated.
 */
import { type BatchOutcome, type Output, ParleyError, type ParsedInput } from '@parley/protocol';
import type { Call, Execute } from './call.js';
import type { Registry } from './registry.js';

interface BatchOptions {
  readonly registry: Pick<Registry, 'operations'>;
  readonly execute: Execute;
  /** The request's. */
  readonly call: Call;
}

export async function runBatch(
  options: BatchOptions,
  { operations }: ParsedInput<'runBatch'>,
): Promise<Output<'runBatch'>> {
  const items: BatchOutcome[] = [];
  for (const command of operations) {
    const item = await runOne(options, command);
    items.push(item);
    if (item.status === 'refused' && item.error.retryable) break;
  }
  return { items };
}

async function runOne(
  { registry, execute, call }: BatchOptions,
  { operation, input, opId }: ParsedInput<'runBatch'>['operations'][number],
): Promise<BatchOutcome> {
  const registered = registry.operations.get(operation);
  const { actor, address, userAgent } = call;
  try {
    if (registered === undefined || !isBatched(registered)) throw new ParleyError('unknown_operation');
    return {
      status: 'done',
      result: await execute({ operation: registered, input: input ?? {}, actor, address, userAgent, opId }),
    };
  } catch (error) {
    if (!(error instanceof ParleyError) || error.code === 'internal') throw error;
    const { code, message, retryable, retryAfterMs, details } = error;
    return {
      status: 'refused',
      error: {
        code,
        message,
        retryable,
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...(details === undefined ? {} : { details: [...details] }),
      },
    };
  }
}

/** Queries have no order to keep, what needs no token has no outbox, and a batch holds no batch. */
function isBatched({ operation, handler }: Call['operation']): boolean {
  return operation.kind === 'command' && operation.access === 'user' && handler.policy !== 'batch';
}
