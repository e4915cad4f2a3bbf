import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config-schema.js';
import { ConfigError, isLoopback } from './load-config.js';

/**
 * The server's secret: the configured one, or on loopback one minted into `secrets.json` of the data folder (mode 0600), so that a first
 * start needs no set-up and tokens survive a restart. A server that keeps nothing keeps no secret either. On any other address one must be given.
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
  if (config.dataDirectory === 'memory') return newSecret();
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
  const secret = secretIn(text);
  if (secret === undefined)
    throw new ConfigError(
      `${path} does not hold a secret. Delete it to have a new one minted; everybody has to log in again.`,
    );
  return secret;
}

function secretIn(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isOurs = typeof parsed === 'object' && parsed !== null && 'secret' in parsed;
    return isOurs && typeof parsed.secret === 'string' ? parsed.secret : undefined;
  } catch {
    return undefined;
  }
}

async function mint(directory: string, path: string): Promise<string> {
  const secret = newSecret();
  await mkdir(directory, { recursive: true });
  // Renamed into place: a start that dies in the middle leaves no half of it.
  await writeFile(`${path}.new`, `${JSON.stringify({ secret }, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
  return secret;
}

function newSecret(): string {
  return randomBytes(48).toString('base64');
}
