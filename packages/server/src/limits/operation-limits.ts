import type { OperationName } from '@parley/protocol';
import type { RateLimitName } from '../config/rate-limits.js';

/** What a rule counts by. */
export type LimitKey = 'user' | 'userConversation' | 'address' | 'account' | 'accountAddress';

/** A rule an operation is held to. */
export interface LimitUse {
  readonly rule: RateLimitName;
  readonly key: LimitKey;
  /**
   * `all` counts every call. `failures` takes before the call, so that many at once do not pass, and gives back what did not fail for the caller's
   * credentials.
   */
  readonly counts: 'all' | 'failures';
}

export interface OperationLimit {
  readonly uses: readonly LimitUse[];
  /** How many the call counts for. @default 1 */
  readonly costOf?: (input: Readonly<Record<string, unknown>>) => number;
}

const sends: readonly LimitUse[] = [
  { rule: 'send', key: 'user', counts: 'all' },
  { rule: 'sendPerHour', key: 'user', counts: 'all' },
  { rule: 'sendPerConversation', key: 'userConversation', counts: 'all' },
];
const reacts: OperationLimit = { uses: [{ rule: 'reactions', key: 'user', counts: 'all' }] };
const anonymous: LimitUse = { rule: 'anonymous', key: 'address', counts: 'all' };
const resets: OperationLimit = {
  uses: [anonymous, { rule: 'passwordReset', key: 'address', counts: 'all' }],
};

/** What is expensive is asked of all nodes together before it is carried out; the rest is counted here and told to the others each second. */
export const awaitedRules: ReadonlySet<RateLimitName> = new Set([
  'login',
  'loginFailures',
  'loginFailuresPerAccount',
  'loginFailuresPerAddress',
  'register',
  'passwordReset',
  'connect',
]);

/** The operations with rules of their own. */
export const operationLimits: { readonly [Name in OperationName]?: OperationLimit } = {
  sendMessage: { uses: sends },
  sendMessages: {
    uses: sends,
    costOf: ({ messages }) => (Array.isArray(messages) ? messages.length : 1),
  },
  // Each command counts by its own rules, and as a request like one that came alone.
  runBatch: {
    uses: [{ rule: 'rest', key: 'user', counts: 'all' }],
    costOf: ({ operations }) => (Array.isArray(operations) ? operations.length - 1 : 0),
  },
  addReaction: reacts,
  removeReaction: reacts,
  register: {
    uses: [anonymous, { rule: 'register', key: 'address', counts: 'all' }],
  },
  login: {
    uses: [
      anonymous,
      { rule: 'login', key: 'address', counts: 'all' },
      { rule: 'loginFailures', key: 'accountAddress', counts: 'failures' },
      { rule: 'loginFailuresPerAccount', key: 'account', counts: 'failures' },
      { rule: 'loginFailuresPerAddress', key: 'address', counts: 'failures' },
    ],
  },
  // Whoever has the token is no stranger, and one address may be a whole office's.
  refresh: { uses: [{ ...anonymous, counts: 'failures' }] },
  requestPasswordReset: resets,
  resetPassword: resets,
  changePassword: {
    uses: [{ rule: 'loginFailuresPerAccount', key: 'user', counts: 'failures' }],
  },
};

/** What operations without a token are held to that have no rules of their own. */
export const anonymousLimit: OperationLimit = { uses: [anonymous] };
