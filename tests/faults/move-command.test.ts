/** `parley db move` and `parley token` as a person at a terminal meets them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { startServer } from '../support/start-server.js';
import { openTestStore, type TestStore } from '../support/test-store.js';

const cli = fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

let folder: TestStore;
let target: TestStore;
let person: Person;

function start(words: readonly string[], onError: (text: string) => void = () => {}): Started {
  const { PATH, HOME, TMPDIR, PARLEY_TEST_RUN } = process.env;
  const child = spawn(process.execPath, [cli, ...words], {
    env: { PATH, HOME, TMPDIR, PARLEY_TEST_RUN, PARLEY_DATA_DIR: folder.dataDir, PARLEY_LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    onError(stderr);
  });
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

const parley = (...words: string[]): Promise<Ended> => start(words).ended;
const move = () => ['db', 'move', '--to', target.databaseUrl ?? ''];

async function schemas(): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: target.databaseUrl });
  await client.connect();
  try {
    return (await client.query("select 1 from pg_namespace where nspname = 'parley'")).rows;
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  folder = await openTestStore('embedded');
  target = await openTestStore('postgres');
  // Making a database takes longer than a server is given to start, on a machine that is busy.
  await parley('migrate');
}, 180_000);

afterAll(async () => {
  await folder?.close();
  await target?.close();
});

describe('the command line', () => {
  it('prints help of every command, refuses a wrong word with a hint, and says nothing else', async () => {
    const names = ['serve', 'migrate', 'doctor', 'db move', 'db restored', 'token'];
    const help = await parley();
    for (const name of names) {
      expect(help.stdout).toContain(`  ${name} `);
      expect(await parley(...name.split(' '), '--help')).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(`^parley ${name} `),
        stderr: '',
      });
    }
    expect(await parley('sevre')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('`parley serve`?'),
    });
    expect(await parley('serve', '--prot', '1')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Did you mean --port?'),
    });
    expect(await parley('db', 'move')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--to is missing'),
    });
  });

  it('gives a token of a running embedded database by id, good for REST and sockets; and does not move a folder in use', async () => {
    const server = await startServer({ engine: 'embedded', dataDir: folder.dataDir });
    try {
      person = await register(server.url);
      await createGroup(server.url, person, []);
      const place = ['--port', new URL(server.url).port];
      const token = await parley('token', '--user', person.id, ...place);
      expect(token.stderr).toContain('in no list of sessions');
      expect(await me(server.url, token.stdout)).toMatchObject({ id: person.id });
      const socket = await RawSocket.enter(server.url, token.stdout.trim());
      await socket.close();
      expect(await parley('token', '--user', newId(), ...place)).toMatchObject({ code: 1, stdout: '' });
      expect(await parley(...move())).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`is in use by process ${server.pid} `),
      });
    } finally {
      await server.stop();
    }
  });

  it('leaves nothing in the target when it is killed in the middle', async () => {
    const moving = start(move(), (text) => {
      if (text.includes('users: ')) moving.child.kill('SIGKILL');
    });
    expect(await moving.ended).toMatchObject({ code: null, stdout: '' });
    await expect.poll(schemas).toEqual([]);
    expect(existsSync(join(folder.dataDir, 'moved.json'))).toBe(false);
  });

  it('moves, tells what it moved, and keeps servers off the folder until they are told otherwise', async () => {
    const moved = await parley(...move());
    expect(moved).toMatchObject({ code: 0, stdout: expect.stringMatching(/^users +1 +-?\d+$/m) });
    expect(moved.stderr).toContain('Done. Start the server with DATABASE_URL');
    expect(`${moved.stdout}${moved.stderr}`).not.toContain(
      new URL(target.databaseUrl ?? '').password || 'no password',
    );
    expect(await parley('serve', '--port', '0')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was moved to'),
    });
    expect(await parley(...move())).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('was moved to'),
    });

    const places = { dataDir: folder.dataDir, databaseUrl: target.databaseUrl };
    const server = await startServer({ engine: 'postgres', ...places });
    expect(await callAs({ url: server.url, person }, 'listConversations', {})).toMatchObject({ items: [{}] });
    const token = await parley(
      ...['token', '--user', person.username, '--name', 'a test', '--database-url', target.databaseUrl ?? ''],
    );
    const socket = await RawSocket.enter(server.url, token.stdout.trim());
    await socket.close();
    await server.stop();
  });

  it('uses the folder again with --again, which is said once', async () => {
    for (const words of [
      ['serve', '--port', '0', '--again'],
      ['serve', '--port', '0'],
    ]) {
      const serving = start(words);
      await new Promise<void>((resolve) => {
        serving.child.stdout?.on('data', (chunk: Buffer) => {
          if (chunk.toString().includes('Parley is ready')) resolve();
        });
        void serving.ended.then(() => resolve());
      });
      serving.child.kill('SIGTERM');
      expect((await serving.ended).code).toBe(0);
    }
  });
});

async function me(url: string, token: string): Promise<unknown> {
  const response = await fetch(`${url}/v1/users/me`, {
    headers: { authorization: `Bearer ${token.trim()}` },
  });
  return response.json();
}
