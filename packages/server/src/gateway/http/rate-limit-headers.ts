/** The headers of draft-ietf-httpapi-ratelimit-headers: which rule counts, and what is left of it. */
import type { FastifyReply } from 'fastify';
import type { RateLimitRule } from '../../config/rate-limits.js';
import type { Quota } from '../../limits/limiter.js';
import type { RateLimitedError } from '../../limits/rate-limited-error.js';

/** What is left for whoever asked. */
export function tellQuota(reply: FastifyReply, { rule, policy, remaining, resetMs }: Quota): void {
  tell(reply, { rule, policy, remaining, seconds: Math.ceil(resetMs / 1000) });
}

/** Nothing is left, and from when on something will be. */
export function tellRefusal(reply: FastifyReply, { rule, policy, retryAfterMs = 0 }: RateLimitedError): void {
  tell(reply, { rule, policy, remaining: 0, seconds: Math.ceil(retryAfterMs / 1000) });
}

interface Told {
  readonly rule: string;
  readonly policy: RateLimitRule;
  readonly remaining: number;
  readonly seconds: number;
}

function tell(reply: FastifyReply, { rule, policy, remaining, seconds }: Told): void {
  void reply.header('ratelimit-policy', `"${rule}";q=${policy.limit};w=${Math.ceil(policy.windowSeconds)}`);
  void reply.header('ratelimit', `"${rule}";r=${remaining};t=${seconds}`);
}
