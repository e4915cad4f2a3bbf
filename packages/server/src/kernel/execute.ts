/**
 * The one road in: parse, limit, ask the host's hooks, authorise, run or batch, publish after the commit. REST, socket and in-process calls all come
 * through here.
 *
 * Up to the moment a command is in its lane nothing is awaited, so the calls of one socket enter their lanes in the order they arrived. Where a hook is
 * waited for, `hooks/waiting-lines.ts` keeps that order.
 */
import { type ConversationId, type OperationName, type OpId, ParleyError } from '@parley/protocol';
import { requireReadable } from '../access/access.js';
import type { Actor } from '../access/actor.js';
import type { Held, Limiter } from '../limits/limiter.js';
import type { Batcher } from './batcher.js';
import type { Call, Execute } from './call.js';
import { toOperation } from './command.js';
import type { Context, QueryContext } from './context.js';
import type { Handler } from './define-feature.js';
import { type ExclusiveOptions, runExclusive } from './exclusive.js';
import type { HookGate } from './hooks/gate.js';
import { createLogReader } from './log-reader.js';
import { type OwnerOptions, runOwner } from './owner.js';
import { parseInput } from './parse-input.js';
import { runBatch } from './run-batch.js';
import { createTakeSnapshot } from './snapshot.js';
import { submitAll } from './submit-all.js';

export interface ExecuteOptions extends ExclusiveOptions, OwnerOptions {
  readonly batcher: Batcher;
  /** Throws `rate_limited` for what comes too often. */
  readonly limits: Pick<Limiter, 'admit'>;
  /** The host's hooks; undefined where it has none. */
  readonly gate?: HookGate | undefined;
  readonly now: () => number;
}

export function createExecute(options: ExecuteOptions): Execute {
  const ctx: Context = {
    db: options.database.kysely,
    include: options.registry.includes,
    newId: options.newId,
    now: options.now,
  };
  const execute: Execute = async (call) => {
    const input = parseInput(call.operation.operation, call.input) as never;
    const held = options.limits.admit(call, input);
    if (held === undefined) return runGated({ options, ctx, execute, call, input });
    return runHeld(await held, () => runGated({ options, ctx, execute, call, input }));
  };
  return execute;
}

/** Through the host's hooks where it has some. */
function runGated(running: Running): Promise<unknown> {
  const { options, call, input } = running;
  if (options.gate === undefined) return run(running);
  // What a hook changed was parsed by the same contract.
  return options.gate.pass(call, input, async (accepted) => run({ ...running, input: accepted as never }));
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
  /** The whole road, for commands within a command. */
  readonly execute: Execute;
  readonly call: Call;
  /** Parsed by the contract of the very operation whose handler gets it. */
  readonly input: never;
}

function run({ options, ctx, execute, call, input }: Running): Promise<unknown> {
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
    case 'batch':
      return runBatch({ registry: options.registry, execute, call }, input);
    case 'reader': {
      const reading = {
        ...toQueryContext({ options, ctx, call, actor }),
        log: createLogReader(options.registry, { ...ctx, actor }),
      };
      return requireReadable(ctx.db, actor, handler.conversation(input)).then((reader) =>
        handler.run({ ...reading, reader }, input),
      );
    }
    case 'writer':
      return runWriter(options, { handler, actor, call, input });
    case 'bulk_writer':
      return submitAll({ ...options, actor }, handler.requests(input, actor)).then((verdicts) =>
        handler.answer(input, verdicts),
      );
    case 'owner':
      return options.batcher.exclusive(ownerLane(handler.conversation?.(input, actor), actor), () =>
        runOwner({ options, ctx: { ...ctx, actor }, handler, input, opId: call.opId }),
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

/**
 * Without a conversation the lane is the person's own: what one device does stays in order, and however much somebody changes about themselves at once,
 * one connection waits for their lock.
 */
function ownerLane(conversationId: ConversationId | undefined, { userId }: Actor): ConversationId {
  // A lane is a name. A conversation under the id of a person would share it and be none the worse.
  return conversationId ?? (userId as string as ConversationId);
}

interface Writing {
  readonly handler: Extract<Handler<OperationName>, { policy: 'writer' }>;
  readonly actor: Actor;
  readonly call: Call;
  readonly input: never;
}

/** Not awaited up to the lane: see above. */
function runWriter(
  { batcher, newId }: Pick<ExecuteOptions, 'batcher' | 'newId'>,
  { handler, actor, call, input }: Writing,
): Promise<unknown> {
  const request = handler.request(input, actor);
  // An id in an input is a command's name, parsed as one.
  const opId = (request.id ?? call.opId ?? newId()) as OpId;
  return batcher.submit(toOperation(request, actor, opId)).then((verdict) => {
    if (verdict.status === 'refused')
      throw new ParleyError(
        verdict.code,
        verdict.retryAfterMs === undefined ? {} : { retryAfterMs: verdict.retryAfterMs },
      );
    return handler.answer(input, { seq: verdict.seq, at: verdict.at });
  });
}

function toQueryContext({
  options,
  ctx,
  call,
  actor,
}: Pick<Running, 'options' | 'ctx' | 'call'> & { readonly actor: Actor }): QueryContext {
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
