import type { FastifyRequest } from 'fastify';

export interface OriginRules {
  readonly allowedOrigins: readonly string[];
  /** Bound to loopback: pages of any localhost port may call, which is where front-ends are developed. */
  readonly isLoopback: boolean;
}

/** Whether a page of this origin may call: its own, a configured one, or on loopback any localhost. Without an Origin nobody's page is asking. */
export function isOriginAllowed(rules: OriginRules, request: FastifyRequest): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return true;
  if (rules.allowedOrigins.includes(origin)) return true;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined) return false;
  if (rules.isLoopback) return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  return origin === `${request.protocol}://${request.host}`;
}
