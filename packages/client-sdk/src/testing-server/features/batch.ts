/** Commands one after the other in one request. What may pass by itself ends the batch, or the commands behind it would overtake. */
import type { ParsedInput } from '@parley/protocol';
import { type Output, ParleyError } from '@parley/protocol/wire';
import { type Execute, findOperation } from '../execute.js';
import { type Actor, type HandlersOf, refuse } from '../world.js';

type Item = Output<'runBatch'>['items'][number];
type Command = ParsedInput<'runBatch'>['operations'][number];

/** @param execute  the road every single command takes */
export function createBatch(execute: Execute): HandlersOf<'batch'> {
  return {
    runBatch: ({ input: { operations }, actor, userAgent }) => {
      const items: Item[] = [];
      for (const command of operations) {
        const item = runOne(execute, command, { actor, userAgent });
        items.push(item);
        if (item.status === 'refused' && item.error.retryable) break;
      }
      return { items };
    },
  };
}

function runOne(
  execute: Execute,
  { operation: name, input = {}, opId }: Command,
  caller: { readonly actor: Actor; readonly userAgent: string | undefined },
): Item {
  try {
    const found = findOperation(name);
    const { kind, access } = found.operation;
    // Queries have no order to keep, what needs no token has no outbox, and a batch holds no batch.
    if (kind !== 'command' || access !== 'user' || found.name === 'runBatch')
      return refuse('unknown_operation');
    return { status: 'done', result: execute({ ...found, ...caller, input, opId, isServer: false }) };
  } catch (error) {
    if (!(error instanceof ParleyError)) throw error;
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
