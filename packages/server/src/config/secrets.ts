import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config-schema.js';
import { ConfigError, isLoopback } from './load-config.js';

/**
 * The server's secret: the configured one, or on loopback one minted into `secrets.json` of the data folder (mode 0600), so that a first
 * start needs no set-up and tokens survive a restart. On any other address a secret must be given.
 */
export async function loadSecret(config: Pick<Config, 'secret' | 'host' | 'dataDirectory'>): Promise<string> {
  if (config.secret !== undefined) {
    if (new Set(config.secret).size < 8)
      throw new ConfigError('PARLEY_SECRET looks like a placeholder. Make one with: openssl rand -base64 48');
    return config.secret;
  }
  if (!isLoopback(config.host))
    throw new ConfigError(
      `HOST is ${config.host}, so PARLEY_SECRET must be set. Make one with: openssl rand -base64 48`,
    );
  const path = join(config.dataDirectory, 'secrets.json');
  return (await read(path)) ?? (await mint(config.dataDirectory, path));
}

async function read(path: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return undefined;
  }
  const parsed: unknown = JSON.parse(text);
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'secret' in parsed &&
    typeof parsed.secret === 'string'
  )
    return parsed.secret;
  throw new ConfigError(
    `${path} does not hold a secret. Delete it to have a new one minted; everybody has to log in again.`,
  );
}

async function mint(directory: string, path: string): Promise<string> {
  const secret = randomBytes(48).toString('base64');
  await mkdir(directory, { recursive: true });
  await writeFile(path, `${JSON.stringify({ secret }, null, 2)}\n`, { mode: 0o600 });
  return secret;
}
