/** The one road in, for both transports: read the input, ask who may, carry out. */
import type { Operation } from '@parley/protocol';
import { type ErrorCode, isErrorCode, type OperationName, ParleyError } from '@parley/protocol/wire';
import { operations } from './contract.js';
import { type Actor, type Handlers, refuse, type World } from './world.js';

export interface Request {
  readonly name: OperationName;
  readonly operation: Operation;
  readonly input: unknown;
  /** Undefined for nobody, and for the deployment's own software that acts as nobody. */
  readonly actor: Actor | undefined;
  readonly isServer: boolean;
  readonly opId?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Refuses a call before it is carried out, as rate limits do. */
export type RefuseCall = (call: {
  readonly operation: OperationName;
  readonly actor: Actor | undefined;
  readonly input: unknown;
}) => ParleyError | undefined;

export interface ExecuteOptions {
  readonly world: Pick<World, 'newId'>;
  readonly handlers: Handlers;
  readonly refuseCall: RefuseCall;
}

/** Carries out at once; a promise comes back only of what waits. Throws a {@link ParleyError}. */
export type Execute = (request: Request) => unknown;

export function createExecute({ world, handlers, refuseCall }: ExecuteOptions): Execute {
  return ({ name, operation, input, actor, isServer, opId, userAgent, signal }) => {
    const parsed = parseInput(operation, input);
    const refused = refuseCall({ operation: name, actor, input: parsed });
    if (refused !== undefined) throw refused;
    if (operation.access === 'server' && !isServer) refuse('forbidden');
    if (operation.access === 'user' && actor === undefined)
      refuse(isServer ? 'forbidden' : 'unauthenticated');
    // The handler of this name takes what the contract of this name parsed, and an actor where it asks for one.
    const handler = handlers[name] as (call: object) => unknown;
    return handler({ input: parsed, actor, opId: opId ?? world.newId(), userAgent, signal });
  };
}

/** An operation by a name that anybody may send. */
export function findOperation(name: string): { readonly name: OperationName; readonly operation: Operation } {
  const found = operations.get(name) ?? refuse('unknown_operation');
  // The names of the list are those of the contracts.
  return { name: name as OperationName, operation: found.operation };
}

/** Throws what the first broken rule asks for, naming every field and no value. */
function parseInput(operation: Operation, input: unknown): unknown {
  const result = operation.input.safeParse(input ?? {});
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap((issue) => flatten(issue, []));
  const details = issues.slice(0, 20).map(({ path, rule }) => ({ path: path.join('.').slice(0, 200), rule }));
  throw new ParleyError(issues.find(({ code }) => code !== undefined)?.code ?? 'validation_failed', {
    details,
  });
}

type Issue = NonNullable<ReturnType<Operation['input']['safeParse']>['error']>['issues'][number];

interface FlatIssue {
  readonly path: readonly string[];
  readonly rule: string;
  readonly code: ErrorCode | undefined;
}

function flatten(issue: Issue, above: readonly string[]): FlatIssue[] {
  const path = [...above, ...issue.path.map(String)];
  // What a key of the input is called is input, too.
  if (issue.code === 'unrecognized_keys') return [{ path, rule: 'unknown key', code: undefined }];
  const [first] = issue.code === 'invalid_union' ? issue.errors : [];
  if (first !== undefined && first.length > 0) return first.flatMap((inner) => flatten(inner, path));
  return [{ path, rule: issue.message, code: codeOf(issue) }];
}

function codeOf(issue: Issue): ErrorCode | undefined {
  if (issue.code === 'too_big' && issue.origin === 'array') return 'too_many_items';
  const code: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return typeof code === 'string' && isErrorCode(code) ? code : undefined;
}

/** Any failure as an error of the table. What nobody foresaw is thrown on: it is a mistake of the test server. */
export function toParleyError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  throw error;
}
