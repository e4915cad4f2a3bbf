import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryInUseError, LockPathError, lockDirectory } from './directory-lock.js';
import { openEmbedded } from './embedded-database.js';

const holder = fileURLToPath(new URL('../../testing/hold-directory.ts', import.meta.url));
const log = { error: () => {} };

describe('the lock of an embedded database', () => {
  let directory: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'parley-'));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    await rm(directory, { recursive: true, force: true });
  });

  /** Starts a process that takes the lock; resolves with its first line, which is `held` when it has it. */
  async function startHolder(): Promise<{ child: ChildProcess; line: string }> {
    const child = spawn(process.execPath, ['--import', 'tsx', holder, directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
    const [chunk] = await once(child.stdout, 'data');
    return { child, line: String(chunk).trim() };
  }

  async function kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  it('refuses a second opener in another process, naming the pid of the first and what to do', async () => {
    const { child, line } = await startHolder();
    expect(line).toBe('held');
    const error = await openEmbedded({ directory, log }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DirectoryInUseError);
    expect(error).toMatchObject({ owner: { pid: child.pid } });
    expect(String(error)).toMatch(new RegExp(`in use by process ${child.pid} .*PARLEY_DATA_DIR`));
    expect(await readdir(directory)).not.toContain('pgdata');
  });

  it('refuses a second opener in the same process', async () => {
    const unlock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ owner: { pid: process.pid } });
    await unlock();
  });

  it('is taken over after the holder was killed with -9', async () => {
    const { child } = await startHolder();
    await kill(child);
    expect(await readdir(directory)).toContain('lock.sock');
    const unlock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toBeInstanceOf(DirectoryInUseError);
    await unlock();
  });

  it('is free after the holder let it go', async () => {
    const unlock = await lockDirectory(directory);
    await unlock();
    const again = await lockDirectory(directory);
    await again();
  });

  it('asks whoever answers, not a pid: a leftover file that names a living process does not stop a start', async () => {
    const stale = JSON.stringify({ pid: process.ppid, host: 'here', startedAt: '2026-01-01T00:00:00.000Z' });
    await writeFile(join(directory, 'lock.sock'), stale);
    const unlock = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toMatchObject({ owner: { pid: process.pid } });
    await unlock();
  });

  it('goes to one of several that find it stale at the same moment', async () => {
    const { child } = await startHolder();
    await kill(child);
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => lockDirectory(directory)));
    const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    expect(winners).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(DirectoryInUseError);
    await winners[0]?.();
  });

  it('passes by the guard of a starter that died while it took over', async () => {
    const guard = join(directory, 'lock.takeover');
    await mkdir(guard);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(guard, longAgo, longAgo);
    const unlock = await lockDirectory(directory);
    expect(await readdir(directory)).not.toContain('lock.takeover');
    await unlock();
  });

  it('says so when the path is too long for a socket', async () => {
    const long = join(directory, 'x'.repeat(100));
    await mkdir(long);
    await expect(lockDirectory(long)).rejects.toBeInstanceOf(LockPathError);
    await expect(lockDirectory(long)).rejects.toThrow(/PARLEY_DATA_DIR/);
  });

  it('is let go when opening fails: data of another engine is refused, and the folder is free', async () => {
    await mkdir(join(directory, 'pgdata'));
    await writeFile(join(directory, 'meta.json'), JSON.stringify({ engine: 'pglite', postgresMajor: 17 }));
    await expect(openEmbedded({ directory, log })).rejects.toThrow(/embedded PostgreSQL 17.*PARLEY_DATA_DIR/);
    const unlock = await lockDirectory(directory);
    await unlock();
  });
});
