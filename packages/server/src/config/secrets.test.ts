import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSecret } from './secrets.js';

describe('the secret', () => {
  let dataDirectory: string;
  const load = (more: { secret?: string; host?: string; dataDirectory?: string } = {}) =>
    loadSecret({ secret: undefined, host: '127.0.0.1', dataDirectory, ...more });

  beforeEach(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'parley-secrets-'));
  });

  afterEach(() => rm(dataDirectory, { recursive: true, force: true }));

  it('is minted once on loopback, for its owner alone to read', async () => {
    const secret = await load();
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(await load()).toBe(secret);
    expect(await readdir(dataDirectory)).toEqual(['secrets.json']);
    expect((await stat(join(dataDirectory, 'secrets.json'))).mode & 0o777).toBe(0o600);
  });

  it('is the given one where one is given, unless it looks like a placeholder', async () => {
    const secret = 'b1Nq8sT0xV5yZ2cD7fG4hJ9kL3mP6rW1';
    expect(await load({ secret })).toBe(secret);
    await expect(load({ secret: 'a'.repeat(40) })).rejects.toThrow('placeholder');
    expect(await readdir(dataDirectory)).toEqual([]);
  });

  it('must be given where others can reach the server', async () => {
    await expect(load({ host: '0.0.0.0' })).rejects.toThrow('PARLEY_SECRET must be set');
  });

  it('is kept nowhere by a server that keeps nothing', async () => {
    const secret = await load({ dataDirectory: 'memory' });
    expect(await load({ dataDirectory: 'memory' })).not.toBe(secret);
    await expect(stat('memory')).rejects.toThrow('ENOENT');
  });

  it.each(['', '{"secret"', '{"secret":7}', 'null'])(
    'in a damaged file (%j) says what to do',
    async (text) => {
      await writeFile(join(dataDirectory, 'secrets.json'), text);
      await expect(load()).rejects.toThrow('Delete it to have a new one minted');
    },
  );
});
