import { ParleyError } from '@parley/protocol';
import type { RateLimitName, RateLimitRule } from '../config/rate-limits.js';

/** `rate_limited`, with the rule that said so. */
export class RateLimitedError extends ParleyError {
  readonly rule: RateLimitName;
  readonly policy: RateLimitRule;

  constructor(rule: RateLimitName, policy: RateLimitRule, waitMs: number) {
    super('rate_limited', { retryAfterMs: Math.max(1, Math.ceil(waitMs)) });
    this.rule = rule;
    this.policy = policy;
  }
}
