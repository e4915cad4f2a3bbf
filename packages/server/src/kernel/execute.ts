/**
 * The one road in: parse, limit, authorise, run or batch, publish after the commit. REST, socket and in-process calls all come through here.
 *
 * Up to the moment a command is in its lane nothing is awaited, so the calls of one socket enter their lanes in the order they arrived.
 */
import { type OperationName, type OpId, ParleyError } from '@parley/protocol';
import { requireReadable } from '../access/access.js';
import type { Actor, ServerCaller } from '../access/actor.js';
import type { Held, Limiter } from '../limits/limiter.js';
import type { Batcher } from './batcher.js';
import { toOperation } from './command.js';
import type { Context, QueryContext } from './context.js';
import type { Handler } from './define-feature.js';
import { type ExclusiveOptions, runExclusive } from './exclusive.js';
import { createLogReader } from './log-reader.js';
import { parseInput } from './parse-input.js';
import type { RegisteredOperation } from './registry.js';
import { createTakeSnapshot } from './snapshot.js';
import { submitAll } from './submit-all.js';

export interface Call {
  readonly operation: RegisteredOperation;
  readonly input: unknown;
  /** Undefined for a caller without a token, and for software that acts as nobody. */
  readonly actor: Actor | undefined;
  /** Set for software of the deployment's own that acts as nobody. */
  readonly server?: ServerCaller | undefined;
  /** The command's name, for operations whose input has no `id`. */
  readonly opId: OpId | undefined;
  /** Aborted when nobody waits for the answer any more. */
  readonly abortSignal?: AbortSignal;
  /** Where it came from, as rates are counted; undefined where they are not: in process, and for software of the deployment's own. */
  readonly address?: string | undefined;
  /** What the client calls itself. */
  readonly userAgent?: string | undefined;
}

export type Execute = (call: Call) => Promise<unknown>;

export interface ExecuteOptions extends ExclusiveOptions {
  readonly batcher: Batcher;
  /** Throws `rate_limited` for what comes too often. */
  readonly limits: Pick<Limiter, 'admit'>;
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
    const held = options.limits.admit(call, input);
    if (held === undefined) return run({ options, ctx, call, input });
    return runHeld(await held, () => run({ options, ctx, call, input }));
  };
}

/** An operation of which failures are counted. */
async function runHeld(held: Held, carryOut: () => Promise<unknown>): Promise<unknown> {
  try {
    const result = await carryOut();
    held.settle(undefined);
    return result;
  } catch (error) {
    held.settle(error);
    throw error;
  }
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
  if (handler.policy === 'anyone') return handler.run({ ...ctx, userAgent: call.userAgent }, input);
  const { actor, server } = call;
  if (handler.policy === 'server') {
    if (server !== undefined) return handler.run({ ...ctx, server }, input);
    throw new ParleyError(actor === undefined ? 'unauthenticated' : 'forbidden');
  }
  if (actor === undefined) throw new ParleyError(server === undefined ? 'unauthenticated' : 'forbidden');
  switch (handler.policy) {
    case 'user':
      return handler.run(toQueryContext({ options, ctx, call, actor }), input);
    case 'reader': {
      const reading = {
        ...toQueryContext({ options, ctx, call, actor }),
        log: createLogReader(options.registry, { ...ctx, actor }),
      };
      return requireReadable(ctx.db, actor, handler.conversation(input)).then((reader) =>
        handler.run({ ...reading, reader }, input),
      );
    }
    case 'writer': {
      const request = handler.request(input, actor);
      // An id in an input is a command's name, parsed as one.
      const opId = (request.id ?? call.opId ?? options.newId()) as OpId;
      return options.batcher.submit(toOperation(request, actor, opId)).then((verdict) => {
        if (verdict.status === 'refused')
          throw new ParleyError(
            verdict.code,
            verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs },
          );
        return handler.answer(input, { seq: verdict.seq, at: verdict.at });
      });
    }
    case 'bulk_writer':
      return submitAll({ ...options, actor }, handler.requests(input, actor)).then((verdicts) =>
        handler.answer(input, verdicts),
      );
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

function toQueryContext({
  options,
  ctx,
  call,
  actor,
}: Omit<Running, 'input'> & { readonly actor: Actor }): QueryContext {
  const reading = { ...ctx, actor };
  return {
    ...reading,
    abortSignal: call.abortSignal,
    takeSnapshot: createTakeSnapshot({
      database: options.database,
      registry: options.registry,
      ctx: reading,
    }),
  };
}
