/**
 * What an error of either engine means for whoever decides whether to try again. A lost connection at commit leaves the outcome unknown; a deadlock
 * leaves it known: nothing happened.
 */
export function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** 57014: a statement's time was over. Each wait for a lock is bounded, but a statement may wait for several that a frozen node holds. */
const retryable = new Set(['40P01', '40001', '55P03', '57014']);
const lost = new Set([
  // Read-only: we are still talking to a primary that was demoted.
  '25006',
  // A transaction of ours stood still for too long, as in a process that was stopped: its connection is closed.
  '25P03',
  '57P01',
  '57P02',
  '57P03',
  'ECONNRESET',
  'ECONNREFUSED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** Deadlock, serialization failure, lock or statement timeout: nothing happened, and the same again may succeed. */
export function isRetryable(error: unknown): boolean {
  return retryable.has(sqlState(error) ?? '');
}

/** The connection went away, or never came: whether the statement took effect is unknown. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined && (lost.has(state) || /^08...$/.test(state))) return true;
  if (error instanceof AggregateError) return error.errors.some(isConnectionLost);
  return error instanceof Error && lostMessages.some((message) => error.message.startsWith(message));
}

/** pg gives these no code. */
const lostMessages = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Query read timeout',
  'timeout exceeded when trying to connect',
];
