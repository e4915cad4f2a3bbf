import { type OpId, ParleyError } from '@parley/protocol';
import type { Actor } from '../access/actor.js';
import type { Batcher } from './batcher.js';
import { type OperationRequest, toOperation } from './command.js';
import type { BulkVerdict } from './define-feature.js';

export interface SubmitAll {
  readonly batcher: Pick<Batcher, 'submit'>;
  readonly newId: () => string;
  readonly actor: Actor;
}

/**
 * Puts operations of one conversation into its lane, all of them before it returns and in their order, so that nothing else comes between them.
 * Resolves with a verdict for each once all are decided.
 *
 * Where nothing was decided for a reason of its own the call fails as a whole: with `not_found` where every operation got it, so that a hidden
 * conversation answers as none at all, and with the first error where not one reached the database.
 */
export async function submitAll(
  { batcher, newId, actor }: SubmitAll,
  requests: readonly OperationRequest[],
): Promise<BulkVerdict[]> {
  const settled = await Promise.allSettled(
    requests.map((request) =>
      // An id in an input is a command's name, parsed as one.
      batcher.submit(toOperation(request, actor, (request.id ?? newId()) as OpId)),
    ),
  );
  const [first] = settled;
  if (first?.status === 'rejected' && settled.every(({ status }) => status === 'rejected'))
    throw first.reason;
  const verdicts = settled.map((one): BulkVerdict => {
    if (one.status === 'rejected') return { status: 'refused', code: codeOf(one.reason) };
    const verdict = one.value;
    return verdict.status === 'refused' ? verdict : { status: 'applied', seq: verdict.seq, at: verdict.at };
  });
  if (verdicts.every((verdict) => verdict.status === 'refused' && verdict.code === 'not_found'))
    throw new ParleyError('not_found');
  return verdicts;
}

function codeOf(reason: unknown) {
  return reason instanceof ParleyError ? reason.code : 'internal';
}
