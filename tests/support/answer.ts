import type { ErrorBody } from '@parley/protocol/wire';

/** What the server answered to a call, in the same form for both transports. */
export type Answer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly error: ErrorBody };

/** The result of a call that must succeed. */
export function resultOf<Result>(answer: Answer): Result {
  if (!answer.ok) throw new Error(`refused: ${JSON.stringify(answer.error)}`);
  // The caller names the operation's output; the conformance suite holds every output against its schema.
  return answer.result as Result;
}

/** The error of a call that must be refused. */
export function errorOf(answer: Answer): ErrorBody {
  if (answer.ok) throw new Error(`accepted: ${JSON.stringify(answer.result)}`);
  return answer.error;
}
