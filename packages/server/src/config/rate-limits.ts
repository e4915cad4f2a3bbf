/**
 * The rules of how often, as data. A rule lets `limit` through in `windowSeconds`, and after a quiet while up to `burst` at once: a bucket of `burst` that
 * fills evenly. Over any time it lets at most `burst` plus the rate times that time through.
 */
import * as z from 'zod';

export interface RateLimitRule {
  readonly limit: number;
  readonly windowSeconds: number;
  /** How many may come at once after a quiet while. */
  readonly burst: number;
}

/** Every rule, who is counted, and what the rule is by default. */
export const rateLimitDefaults = {
  /** Messages, by person and conversation. */
  sendPerConversation: { limit: 60, windowSeconds: 60, burst: 60 },
  /** Messages, by person. */
  sendPerHour: { limit: 1000, windowSeconds: 3600, burst: 1000 },
  /** Messages, by person. */
  send: { limit: 5, windowSeconds: 1, burst: 20 },
  /** Reactions added or taken away, by person. */
  reactions: { limit: 5, windowSeconds: 1, burst: 5 },
  /** Requests over REST, by person. */
  rest: { limit: 300, windowSeconds: 60, burst: 60 },
  /** Operations that need no token, and requests whose token is refused, by address. A refresh that succeeds is not counted. */
  anonymous: { limit: 60, windowSeconds: 60, burst: 60 },
  /** Attempts to log in, by address. */
  login: { limit: 10, windowSeconds: 60, burst: 10 },
  /** Attempts to log in that failed, by account and address. */
  loginFailures: { limit: 5, windowSeconds: 900, burst: 5 },
  /** The same, by account. */
  loginFailuresPerAccount: { limit: 20, windowSeconds: 3600, burst: 20 },
  /** The same, by address. */
  loginFailuresPerAddress: { limit: 100, windowSeconds: 3600, burst: 100 },
  /** Accounts made, by address. A hundred an hour where only this machine can reach the server. */
  register: { limit: 5, windowSeconds: 3600, burst: 5 },
  /** Passwords forgotten or set anew, by address. */
  passwordReset: { limit: 5, windowSeconds: 3600, burst: 5 },
  /** Sockets that say hello, by person. */
  connect: { limit: 60, windowSeconds: 60, burst: 20 },
  /** Sockets that are opened, by address. */
  connectPerAddress: { limit: 600, windowSeconds: 60, burst: 300 },
  /** Frames, by socket. Ten seconds above close it with 4029. */
  frames: { limit: 50, windowSeconds: 1, burst: 200 },
} as const satisfies Record<string, RateLimitRule>;

export type RateLimitName = keyof typeof rateLimitDefaults;

/** Fields of a rule that are to be others. */
export type RateLimitChange = { readonly [Field in keyof RateLimitRule]?: number | undefined };

/** Changes of the defaults: a rule's fields, or `false` to switch it off; `false` for all switches all off. */
export type RateLimitOverrides =
  | false
  | { readonly [Name in RateLimitName]?: false | RateLimitChange | undefined };

/** The rules that hold; one that is switched off is not there. */
export type RateLimitRules = { readonly [Name in RateLimitName]?: RateLimitRule };

// The keys of the table are the names.
const names = Object.keys(rateLimitDefaults) as RateLimitName[];

const ruleSchema = z
  .strictObject({
    limit: z.int().min(1).max(1e9),
    windowSeconds: z.number().min(0.001).max(604_800),
    burst: z.int().min(1).max(1e9),
  })
  .partial();

const form = `false, or an object of ${names.join(', ')}, each with limit, windowSeconds and burst or false`;

export const rateLimitsSchema = z.union(
  [z.literal(false), z.partialRecord(z.enum(names), z.union([z.literal(false), ruleSchema]))],
  { error: form },
);

/**
 * The defaults with changes. A changed `limit` without a `burst` changes the burst by as much. Throws for a name that is no rule and for numbers that
 * make none.
 */
export function resolveRateLimits(overrides: RateLimitOverrides, isLoopback: boolean): RateLimitRules {
  const parsed = rateLimitsSchema.safeParse(overrides);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`limits: ${[...(issue?.path ?? []), issue?.message].join(': ')}. They are ${form}.`);
  }
  const changes = parsed.data;
  if (changes === false) return {};
  const rules: { [Name in RateLimitName]?: RateLimitRule } = {};
  for (const name of names) {
    const change = changes[name] ?? {};
    if (change !== false) rules[name] = merge(defaultOf(name, isLoopback), change);
  }
  return rules;
}

function defaultOf(name: RateLimitName, isLoopback: boolean): RateLimitRule {
  if (name === 'register' && isLoopback) return { limit: 100, windowSeconds: 3600, burst: 100 };
  return rateLimitDefaults[name];
}

function merge(rule: RateLimitRule, change: RateLimitChange): RateLimitRule {
  const limit = change.limit ?? rule.limit;
  return {
    limit,
    windowSeconds: change.windowSeconds ?? rule.windowSeconds,
    burst: change.burst ?? Math.max(1, Math.round((rule.burst * limit) / rule.limit)),
  };
}
