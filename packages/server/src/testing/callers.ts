import type { Input, OperationName, OpId, Output } from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import type { TestEngine } from './describe-each-engine.js';
import { newMessageId } from './seed.js';

/** Carries operations out as an actor, through parsing, rights, batcher and log, without a transport. */
export function callAs(engine: Pick<TestEngine, 'core'>, actor: Actor | undefined) {
  return async <Name extends OperationName>(
    name: Name,
    input: Input<Name>,
    opId: string = newMessageId(),
  ): Promise<Output<Name>> => {
    const operation = engine.core.registry.operations.get(name);
    if (operation === undefined) throw new Error(`there is no ${name}`);
    // The handler of an operation gives its output; the id was made by a test.
    return (await engine.core.execute({ operation, input, actor, opId: opId as OpId })) as Output<Name>;
  };
}
