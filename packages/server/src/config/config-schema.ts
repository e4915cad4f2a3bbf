import * as z from 'zod';
import { parseRedisUrl } from './redis-url.js';

/**
 * Every setting, once: name, default and meaning. Environment names, command line flags and the reference table are derived from it; an unknown
 * `PARLEY_…` variable is refused, because a misspelt setting would otherwise be a silent default.
 */
export interface Setting {
  readonly env: string;
  readonly schema: z.ZodType;
  readonly describe: string;
  /** Not shown in logs. */
  readonly secret?: true;
}

const flag = z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true');
const digits = z.string().regex(/^\d+$/, 'digits only').transform(Number);

export const settings = {
  host: {
    env: 'HOST',
    schema: z.string().min(1).default('127.0.0.1'),
    describe: 'Address to listen on. Anything but loopback needs PARLEY_SECRET and gets no demo accounts.',
  },
  port: {
    env: 'PORT',
    schema: digits.pipe(z.int().max(65_535)).default(7400),
    describe: 'Port to listen on.',
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    describe:
      'PostgreSQL to use, postgres://user:password@host:port/name. Without it the embedded database is used.',
    secret: true,
  },
  redisUrl: {
    env: 'PARLEY_REDIS_URL',
    schema: z
      .string()
      .refine((text) => parseRedisUrl(text) !== undefined, 'not an address of Redis')
      .optional(),
    describe:
      'Redis between several nodes on one PostgreSQL, redis://user:password@host:port, rediss://..., redis+sentinel://host,host/master or redis+cluster://host,host.',
    secret: true,
  },
  dataDirectory: {
    env: 'PARLEY_DATA_DIR',
    schema: z.string().min(1).default('.parley'),
    describe: 'Folder of the embedded database and of minted secrets.',
  },
  secret: {
    env: 'PARLEY_SECRET',
    schema: z.string().min(32, 'at least 32 characters').optional(),
    describe:
      'Key for access tokens and refresh tokens. Minted into the data folder when absent on loopback.',
    secret: true,
  },
  webDirectory: {
    env: 'PARLEY_WEB_DIR',
    schema: z.string().min(1).optional(),
    describe: 'Folder of a web app to serve at /.',
  },
  demo: {
    env: 'PARLEY_DEMO',
    schema: flag.default(false),
    describe: 'Makes demo accounts at start. Only on loopback.',
  },
  allowedOrigins: {
    env: 'PARLEY_ALLOWED_ORIGINS',
    schema: z
      .string()
      .transform((text) => text.split(',').map((origin) => origin.trim()))
      .pipe(z.array(z.url({ protocol: /^https?$/ })))
      .default([]),
    describe:
      'Origins of pages that may call the server, separated by commas. The own origin always may; on loopback every localhost port may.',
  },
  trustProxy: {
    env: 'PARLEY_TRUST_PROXY',
    schema: flag.default(false),
    describe: 'Believe X-Forwarded-* headers. Only behind a proxy that sets them.',
  },
  poolSize: {
    env: 'PARLEY_POOL_SIZE',
    schema: digits.pipe(z.int().min(3).max(1000)).default(10),
    describe: 'Connections to PostgreSQL.',
  },
  prepared: {
    env: 'PARLEY_PREPARED',
    schema: flag.default(true),
    describe: 'Use prepared statements. Switch off behind a transaction pooler that cannot.',
  },
  drainMs: {
    env: 'PARLEY_DRAIN_MS',
    schema: digits.pipe(z.int().max(600_000)).default(10_000),
    describe:
      'How long sockets have to move to another node when this one stops, in milliseconds; with PostgreSQL only. Whatever stops the process must wait 5 seconds longer. 0 sends them away at once.',
  },
  logLevel: {
    env: 'PARLEY_LOG_LEVEL',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent']).default('info'),
    describe: 'How much to log.',
  },
} as const satisfies Record<string, Setting>;

export type Config = {
  readonly [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['schema']>;
};
