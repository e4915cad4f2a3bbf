import { type ErrorCode, isErrorCode, type Operation, ParleyError } from '@parley/protocol';
import type * as z from 'zod';

/** The input as the contract reads it. Throws what the first broken rule asks for; the message never holds the input. */
export function parseInput(operation: Operation, input: unknown): unknown {
  const result = operation.input.safeParse(input ?? {});
  if (result.success) return result.data;
  throw toParleyError(result.error);
}

/** The error of a schema that was not met, naming every field. */
export function toParleyError(error: z.ZodError): ParleyError {
  const issues = error.issues.flatMap((issue) => inner(issue));
  const details = issues
    .slice(0, 20)
    .map((issue) => ({ path: issue.path.map(String).join('.').slice(0, 200), rule: issue.rule }));
  const code = issues.find((issue) => issue.code !== undefined)?.code ?? 'validation_failed';
  return new ParleyError(code, { details });
}

interface FlatIssue {
  readonly path: readonly PropertyKey[];
  readonly rule: string;
  readonly code: ErrorCode | undefined;
}

function inner(issue: z.core.$ZodIssue): FlatIssue[] {
  // What a key of the input is called is input, too.
  if (issue.code === 'unrecognized_keys') return [{ path: issue.path, rule: 'unknown key', code: undefined }];
  if (issue.code === 'invalid_union') {
    const [first] = issue.errors;
    if (first !== undefined && first.length > 0)
      return first.flatMap((child) => inner({ ...child, path: [...issue.path, ...child.path] }));
  }
  return [{ path: issue.path, rule: issue.message, code: codeOf(issue) }];
}

function codeOf(issue: z.core.$ZodIssue): ErrorCode | undefined {
  if (issue.code === 'too_big' && issue.origin === 'array') return 'too_many_items';
  if (issue.code !== 'custom') return undefined;
  const code: unknown = issue.params?.['code'];
  return typeof code === 'string' && isErrorCode(code) ? code : undefined;
}
