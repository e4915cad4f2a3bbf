/**
 * For every operation of the contract a call that must succeed, and a value for each optional field of its input. Suites derive what must be
 * refused from it. An operation without a case does not compile, and `coverage.test.ts` fails for a field without a value.
 */
import type { OperationName } from '@parley/protocol/wire';
import { accountCases } from './cases/account-cases.js';
import { conversationCases } from './cases/conversation-cases.js';
import { messageCases } from './cases/message-cases.js';
import type { CasesOf, OperationCase } from './cases/operation-case.js';

export const cases: CasesOf<OperationName> = { ...accountCases, ...conversationCases, ...messageCases };

/** The case of an operation whose name is only known at run time. */
export function caseOf(name: OperationName): OperationCase {
  // Each case judges the output of its own operation, which is the one it is given.
  return cases[name] as OperationCase;
}
