/**
 * The one road in: parse, authorise, run or batch, publish after the commit. REST, socket and in-process calls all come through here.
 *
 * Up to the moment a command is in its lane nothing is awaited, so the calls of one socket enter their lanes in the order they arrived.
 */
import { type OperationName, type OpId, ParleyError } from '@parley/protocol';
import { requireReadable } from '../access/access.js';
import type { Actor } from '../access/actor.js';
import type { Batcher } from './batcher.js';
import type { Context } from './context.js';
import type { Handler } from './define-feature.js';
import { type ExclusiveOptions, runExclusive } from './exclusive.js';
import { createLogReader } from './log-reader.js';
import { parseInput } from './parse-input.js';
import type { RegisteredOperation, Registry } from './registry.js';

export interface Call {
  readonly operation: RegisteredOperation;
  readonly input: unknown;
  /** Undefined for a caller without a token. */
  readonly actor: Actor | undefined;
  /** The command's name, for operations whose input has no `id`. */
  readonly opId: OpId | undefined;
}

export type Execute = (call: Call) => Promise<unknown>;

export interface ExecuteOptions extends ExclusiveOptions {
  readonly registry: Registry;
  readonly batcher: Batcher;
  readonly now: () => number;
}

export function createExecute(options: ExecuteOptions): Execute {
  const ctx: Context = {
    db: options.database.kysely,
    include: options.registry.includes,
    newId: options.newId,
    now: options.now,
  };
  return async (call) => {
    const input = parseInput(call.operation.operation, call.input) as never;
    return run({ options, ctx, call, input });
  };
}

interface Running {
  readonly options: ExecuteOptions;
  readonly ctx: Context;
  readonly call: Call;
  /** Parsed by the contract of the very operation whose handler gets it. */
  readonly input: never;
}

function run({ options, ctx, call, input }: Running): Promise<unknown> {
  const handler: Handler<OperationName> = call.operation.handler;
  if (handler.policy === 'anyone') return handler.run(ctx, input);
  const { actor } = call;
  if (actor === undefined) throw new ParleyError('unauthenticated');
  switch (handler.policy) {
    case 'user':
      return handler.run({ ...ctx, actor }, input);
    case 'reader': {
      const reading = { ...ctx, actor, log: createLogReader(options.registry, { ...ctx, actor }) };
      return requireReadable(ctx.db, actor, handler.conversation(input)).then(() =>
        handler.run(reading, input),
      );
    }
    case 'sender': {
      const operation = handler.operation(input, actor);
      return options.batcher.send(operation).then((verdict) => {
        if (verdict.status === 'refused') throw new ParleyError(verdict.code);
        return handler.answer(input, { seq: verdict.seq, at: verdict.at });
      });
    }
    case 'creator':
    case 'member': {
      const conversationId =
        handler.policy === 'creator'
          ? handler.conversation(input, { actor, newId: ctx.newId })
          : handler.conversation(input);
      return options.batcher.exclusive(conversationId, () =>
        runExclusive({
          options,
          ctx: { ...ctx, actor },
          handler,
          input,
          conversationId,
          opId: call.opId ?? null,
        }),
      );
    }
    default:
      return handler satisfies never;
  }
}
