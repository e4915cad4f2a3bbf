/**
 * One process at a time on an embedded database: two openers destroy each other's rows in silence.
 *
 * The lock is a Unix socket beside the data (a named pipe on Windows), whose owner answers a connection with who it is. A socket that nobody answers
 * was left by a process that was killed; it is taken over. A pid file would not do: in containers pids repeat.
 *
 * Taking over is guarded by a directory, whose creation is atomic: of several starters one removes the stale socket and binds, the others wait and then
 * find its owner. A guard older than five seconds was left by a starter that was killed in between.
 */

import { createHash } from 'node:crypto';
import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Another process has the directory open. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
  readonly owner: LockOwner;

  constructor(directory: string, owner: LockOwner) {
    super(
      `${directory} is in use by process ${owner.pid} on ${owner.host} since ${owner.startedAt}. ` +
        'Stop that process, or set PARLEY_DATA_DIR to another folder and PORT to another port.',
    );
    this.owner = owner;
  }
}

/** The path of the lock does not fit into a socket's address. */
export class LockPathError extends Error {
  override readonly name = 'LockPathError';
}

const answerTimeoutMs = 1000;
const guardLifetimeMs = 5000;
/** Linux has 108 bytes for a socket's path, macOS 104, each with a closing NUL. */
const maxPathBytes = 103;

/** Takes the lock of a directory that exists. Resolves with the release. Throws {@link DirectoryInUseError} when somebody has it. */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const address = lockAddress(directory);
  const guard = path.join(directory, 'lock.takeover');
  const until = Date.now() + 2 * guardLifetimeMs;
  while (Date.now() < until) {
    const owner = await askOwner(address);
    if (owner !== undefined) throw new DirectoryInUseError(directory, owner);
    if (await takeGuard(guard)) {
      try {
        // Between asking and guarding somebody else may have come and gone through.
        const other = await askOwner(address);
        if (other !== undefined) throw new DirectoryInUseError(directory, other);
        if (process.platform !== 'win32') await rm(address, { force: true });
        return await bind(address);
      } finally {
        await rmdir(guard);
      }
    }
    await delay(25);
  }
  throw new Error(`${guard} is in the way. If no Parley is starting, remove it.`);
}

async function takeGuard(guard: string): Promise<boolean> {
  try {
    await mkdir(guard);
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    const found = await stat(guard).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > guardLifetimeMs)
      await rmdir(guard).catch(() => {});
    return false;
  }
}

function bind(address: string): Promise<() => Promise<void>> {
  const me: LockOwner = { pid: process.pid, host: os.hostname(), startedAt: new Date().toISOString() };
  const server = net.createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(JSON.stringify(me));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      // Held as long as the process lives, without keeping it alive.
      server.unref();
      resolve(() => new Promise((done) => server.close(() => done())));
    });
  });
}

/** Who holds the lock; undefined when nobody answers in time. */
function askOwner(address: string): Promise<LockOwner | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect(address);
    let text = '';
    const finish = (owner: LockOwner | undefined): void => {
      socket.destroy();
      resolve(owner);
    };
    socket.setTimeout(answerTimeoutMs, () => finish(undefined));
    socket.on('error', () => finish(undefined));
    socket.on('data', (chunk) => {
      text += chunk.toString();
    });
    socket.on('end', () => finish(parseOwner(text)));
  });
}

function parseOwner(text: string): LockOwner | undefined {
  try {
    const { pid, host, startedAt } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof startedAt !== 'string')
      return undefined;
    return { pid, host, startedAt };
  } catch {
    return undefined;
  }
}

function lockAddress(directory: string): string {
  const absolute = path.resolve(directory);
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\parley-${createHash('sha256').update(absolute.toLowerCase()).digest('hex').slice(0, 16)}`;
  const address = path.join(absolute, 'lock.sock');
  if (Buffer.byteLength(address) > maxPathBytes)
    throw new LockPathError(
      `${address} is longer than the ${maxPathBytes} bytes a lock may have. Set PARLEY_DATA_DIR to a folder with a shorter path.`,
    );
  return address;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
