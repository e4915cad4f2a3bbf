import { describe, expect, it } from 'vitest';
import { settings } from './config-schema.js';
import { ConfigError, isLoopback, loadConfig } from './load-config.js';

function refusal(env: Record<string, string>): string {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error instanceof Error ? error.message : '';
  }
  throw new Error('the configuration was taken');
}

describe('loadConfig', () => {
  it('needs nothing: loopback, port 7400, the embedded database in .parley', () => {
    expect(loadConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 7400,
      databaseUrl: undefined,
      dataDirectory: '.parley',
      demo: false,
      allowedOrigins: [],
      prepared: true,
    });
  });

  it('reads every setting from its variable', () => {
    const config = loadConfig({
      HOST: '0.0.0.0',
      PORT: '80',
      DATABASE_URL: 'postgres://user:pass@db:5432/chat',
      PARLEY_REDIS_URL: 'redis+cluster://one,two:7000',
      PARLEY_DEMO: '1',
      PARLEY_PREPARED: 'false',
      PARLEY_POOL_SIZE: '3',
      PARLEY_ALLOWED_ORIGINS: 'https://a.example, https://b.example',
      PARLEY_LOG_LEVEL: 'silent',
    });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 80,
      databaseUrl: 'postgres://user:pass@db:5432/chat',
      redisUrl: 'redis+cluster://one,two:7000',
      demo: true,
      prepared: false,
      poolSize: 3,
      allowedOrigins: ['https://a.example', 'https://b.example'],
      logLevel: 'silent',
    });
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'mysql://db/chat'],
    ['DATABASE_URL', 'localhost'],
    ['PARLEY_REDIS_URL', 'localhost:6379'],
    ['PARLEY_REDIS_URL', 'redis+sentinel://host'],
    ['PARLEY_SECRET', 'short'],
    ['PARLEY_DEMO', 'yes'],
    ['PARLEY_POOL_SIZE', '2'],
    ['PARLEY_ALLOWED_ORIGINS', 'https://a.example,example'],
    ['PARLEY_LOG_LEVEL', 'loud'],
  ])('refuses %s=%s, naming the variable and what it is for, not the value', (name, value) => {
    const message = refusal({ [name]: value });
    const setting = Object.values(settings).find((candidate) => candidate.env === name);
    expect(message.startsWith(`${name}: `)).toBe(true);
    expect(message.endsWith(setting?.describe ?? 'no such setting')).toBe(true);
    expect(message.length).toBeGreaterThan(`${name}: . ${setting?.describe}`.length);
  });

  it('never repeats a secret in a refusal', () => {
    expect(refusal({ PARLEY_SECRET: 'hunter2' })).not.toContain('hunter2');
    expect(refusal({ PARLEY_REDIS_URL: 'redis://user:hunter2@' })).not.toContain('hunter2');
    expect(refusal({ DATABASE_URL: 'mysql://user:hunter2@db/chat' })).not.toContain('hunter2');
  });

  it('refuses a misspelt setting and lists the ones there are', () => {
    expect(refusal({ PARLEY_SECERT: 'x' })).toMatch(
      /^PARLEY_SECERT is not a setting\. Settings: .*PARLEY_SECRET/,
    );
  });

  it('takes variables of the test run and of others for no setting', () => {
    expect(loadConfig({ PARLEY_TEST_DATABASE_URL: 'x', HOME: '/' }).port).toBe(7400);
  });

  it('takes an empty variable for an absent one', () => {
    expect(loadConfig({ PORT: '', PARLEY_SECRET: '' })).toMatchObject({ port: 7400, secret: undefined });
  });
});

it.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['::', false],
  ['127.0.0.1.example.com', false],
  ['192.168.0.1', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
