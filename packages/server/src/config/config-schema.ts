import * as z from 'zod';
import { rateLimitsSchema } from './rate-limits.js';
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
/** JSON, or undefined for what is none. */
function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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
  jwtAlgorithm: {
    env: 'PARLEY_JWT_ALGORITHM',
    schema: z
      .enum(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'])
      .optional(),
    describe:
      'Algorithm of the tokens that somebody else issues. With it Parley has no accounts of its own; issuer, audience and a key are needed as well.',
  },
  jwtSecret: {
    env: 'PARLEY_JWT_SECRET',
    schema: z.string().min(32, 'at least 32 characters').optional(),
    describe: 'Secret of the tokens, for HS algorithms.',
    secret: true,
  },
  jwtPublicKey: {
    env: 'PARLEY_JWT_PUBLIC_KEY',
    schema: z.string().includes('BEGIN PUBLIC KEY', 'not a public key as PEM').optional(),
    describe: 'Public key of the tokens as PEM, for the other algorithms; \\n stands for the end of a line.',
  },
  jwksUrl: {
    env: 'PARLEY_JWKS_URL',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    describe: 'Address of the key set of the tokens, https (http on loopback). Instead of a public key.',
  },
  jwtIssuer: {
    env: 'PARLEY_JWT_ISSUER',
    schema: z.string().min(1).optional(),
    describe: 'What `iss` of the tokens must be.',
  },
  jwtAudience: {
    env: 'PARLEY_JWT_AUDIENCE',
    schema: z.string().min(1).optional(),
    describe: 'What `aud` of the tokens must be or hold.',
  },
  jwtUserClaim: {
    env: 'PARLEY_JWT_USER_CLAIM',
    schema: z.string().min(1).optional(),
    describe: 'Claim that says who somebody is; sub without it. Its value must stay the same for ever.',
  },
  serverKeys: {
    env: 'PARLEY_SERVER_KEYS',
    schema: z
      .string()
      .transform((text) =>
        text.split(',').map((pair) => {
          const [name = '', ...secret] = pair.trim().split(':');
          return { name, secret: secret.join(':') };
        }),
      )
      .refine(
        (keys) => keys.every(({ name, secret }) => name !== '' && /^[\w.~+/=-]{32,}$/.test(secret)),
        'name:secret, the secret at least 32 of A-Z a-z 0-9 . _ ~ + / = -',
      )
      .default([]),
    describe:
      'Keys with which your own software calls the REST API, name:secret, separated by commas. Sent as Bearer psk_<secret>. Whoever has one can act as anybody.',
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
  smtpUrl: {
    env: 'PARLEY_SMTP_URL',
    schema: z.url({ protocol: /^smtps?$/ }).optional(),
    describe:
      'Mail server for links to new passwords, smtp://user:password@host:587 or smtps://. Needs PARLEY_MAIL_FROM and PARLEY_PUBLIC_URL. Without it the links are printed in the log on loopback, and go nowhere otherwise.',
    secret: true,
  },
  mailFrom: {
    env: 'PARLEY_MAIL_FROM',
    schema: z
      .string()
      .min(3)
      .regex(/^[^\r\n]*@[^\r\n]*$/, 'not an e-mail address')
      .optional(),
    describe: 'Whom mail comes from, chat@example.com or Chat <chat@example.com>.',
  },
  publicUrl: {
    env: 'PARLEY_PUBLIC_URL',
    schema: z.url({ protocol: /^https?$/ }).optional(),
    describe: 'Where people reach the app, https://chat.example.com. Links in mail begin with it.',
  },
  rateLimits: {
    env: 'PARLEY_RATE_LIMITS',
    schema: z.string().default('{}').transform(parseOrNothing).pipe(rateLimitsSchema),
    describe:
      'Changes of the rate limits as JSON, {"sendPerConversation":{"limit":120},"register":false}; a rule has limit, windowSeconds and burst. false switches all off.',
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
