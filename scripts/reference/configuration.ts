import { flagOf } from '../../packages/server/src/cli/command.js';
import { type Setting, settings } from '../../packages/server/src/config/config-schema.js';
import { type RateLimitRule, rateLimitDefaults } from '../../packages/server/src/config/rate-limits.js';
import { heading, table } from './markdown.js';

/** Every setting with its flag and its default. */
export function describeConfiguration(): string {
  const rows = Object.values<Setting>(settings).map((setting) => [
    `\`${setting.env}\``,
    `\`${flagOf(setting.env)}\``,
    defaultOf(setting),
    `${setting.describe}${setting.secret === true ? ' Secret: not logged.' : ''}`,
  ]);
  const about = `Settings of the \`parley\` command. Each is a variable of the environment, or a flag of the same name, which goes before it. A variable that begins with \`PARLEY_\`
and is no setting is refused, and so is a value that does not fit. An empty variable counts as absent. Apps that mount the plugin give options
instead; see \`ParleyOptions\` of \`@parley/server\`.`;
  return [
    heading('Configuration', about),
    `${table(['variable', 'flag', 'default', 'what it is'], rows)}\n`,
    `## Rate limits\n\n${aboutLimits}\n`,
    `${table(['rule', 'limit', 'seconds', 'burst'], listLimits())}\n`,
  ].join('\n');
}

const aboutLimits = `The rules behind \`PARLEY_RATE_LIMITS\`, as they are by default: \`limit\` in so many seconds, and up to \`burst\` at once after a quiet while. The names say who is
counted: an account, an address, a socket, otherwise a person. JSON changes some of them, \`{"send":{"limit":10},"frames":false}\`; \`false\` alone switches all of them off.`;

function listLimits(): string[][] {
  return Object.entries<RateLimitRule>(rateLimitDefaults).map(([name, { limit, windowSeconds, burst }]) => [
    `\`${name}\``,
    String(limit),
    String(windowSeconds),
    String(burst),
  ]);
}

function defaultOf({ schema }: Setting): string {
  const parsed = schema.safeParse(undefined);
  const value: unknown = parsed.success ? parsed.data : undefined;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
