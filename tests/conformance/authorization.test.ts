/**
 * The matrix of authorization: a test for every cell, over REST and over the socket.
 *
 * Beside the verdict each refusal is looked at by the owner and by a member: whatever was refused, neither is told anything. What is not to be seen is
 * answered as something that does not exist, byte for byte.
 */
import { randomBytes } from 'node:crypto';
import type { DownFrame, OperationName } from '@parley/protocol/wire';
import { routes } from '@parley/protocol/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, type Person } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { type Column, columns, matrix, type Row, refusals } from './authorization/matrix.js';
import { openPeople, openPlace, type People, type Place } from './authorization/place.js';
import { expectCode, fingerprint } from './expect-error.js';
import type { Reply } from './transports.js';

interface Cell {
  readonly title: string;
  readonly operation: OperationName;
  readonly column: Column;
  readonly verdict: string;
  readonly row: Row;
}

const cells: readonly Cell[] = Object.entries(matrix).flatMap(([name, rows]) =>
  rows === 'anyone'
    ? []
    : rows.flatMap((row) =>
        row.cells.split(' ').map((verdict, index) => ({
          title: `${name}${row.what === undefined ? '' : ` (${row.what})`} as ${columns[index]} is ${verdict}`,
          // The keys of the matrix are the operations of the contract.
          operation: name as OperationName,
          column: columns[index] ?? 'AN',
          verdict,
          row,
        })),
      ),
);
const judged = cells.filter(({ verdict }) => verdict !== '-');
const onSocket = judged.filter(({ column }) => column !== 'AN');

let server: TestServer | undefined;
let people: People | undefined;
let shared: Place | undefined;
const sockets = new Map<string, Promise<RawSocket>>();
/** What the owner and a member were told, on sockets that do nothing but listen. */
const told: DownFrame[] = [];
const watchers: RawSocket[] = [];

beforeAll(async () => {
  const secret = randomBytes(32).toString('base64url');
  server = await startServer({ engine: 'postgres', env: { PARLEY_SECRET: secret } });
  people = await openPeople(server.url, secret);
  shared = await openPlace(server.url, people);
  for (const person of [people.OW, people.target]) {
    const watcher = await RawSocket.enter(server.url, person.token);
    watcher.setOpen([shared.conversationId, people.direct.conversationId]);
    watchers.push(watcher);
  }
});

afterAll(async () => {
  for (const socket of [...watchers, ...(await Promise.all(sockets.values()))]) await socket.close();
  await server?.stop();
});

describe('the matrix of authorization', () => {
  it('has a verdict in every cell', () => {
    for (const { title, row } of cells) expect(row.cells.split(' '), title).toHaveLength(columns.length);
  });

  it('calls needless of a token only what the contract does', () => {
    const open = Object.entries(matrix).flatMap(([name, rows]) => (rows === 'anyone' ? [name] : []));
    const anyones = Object.entries(routes).flatMap(([name, { access }]) =>
      access === 'anyone' ? [name] : [],
    );
    expect(open.sort()).toEqual(anyones.sort());
  });

  // As text: what is taken out of an object is cut after forty letters, and `-t` finds it no more.
  it.each(judged.map((cell) => [cell.title, cell] as const))('over REST: %s', (_title, cell) =>
    judge(cell, (as, input) => new RestClient(world().url, as?.token).callInFull(cell.operation, input)),
  );

  it.each(onSocket.map((cell) => [cell.title, cell] as const))('over the socket: %s', (_title, cell) =>
    judge(cell, async (as, input) => ({ answer: await (await socketOf(as)).call(cell.operation, input) })),
  );
});

type Send = (as: Person | undefined, input: Readonly<Record<string, unknown>>) => Promise<Reply>;

async function judge({ column, verdict, row, operation }: Cell, send: Send): Promise<void> {
  const isDone = verdict === '2' || verdict === '0';
  const place = isDone && row.isReading !== true ? await openPlace(world().url, opened()) : sharedPlace();
  const as = column === 'AN' ? undefined : opened()[column];
  const input = { ...(await row.input(place, column)) };
  await settle();
  const reply = await send(as, input);
  if (isDone) {
    expect(reply.answer, JSON.stringify(reply.answer)).toMatchObject({ ok: true });
    const secret = row.secret?.(place) ?? place.conversationId;
    if (verdict === '0') expect(JSON.stringify(reply.answer)).not.toContain(secret);
    return;
  }
  const code = refusals[verdict];
  if (code === undefined) throw new Error(`the matrix knows no verdict ${verdict}`);
  expectCode(reply, code);
  const heard = await settle();
  expect(
    heard.filter((frame) =>
      [place.conversationId, place.people.direct.conversationId].some((id) =>
        JSON.stringify(frame).includes(id),
      ),
    ),
    'somebody was told of it',
  ).toEqual([]);
  if (verdict === 'N' && routes[operation].rest.includes(':conversationId')) {
    const absent = await send(as, { ...input, conversationId: newId() });
    expect(fingerprint(reply)).toBe(fingerprint(absent));
  }
}

/** What the watchers were told since it was asked last. What a command brings about is on their sockets before its answer. */
async function settle(): Promise<DownFrame[]> {
  for (const watcher of watchers) {
    await watcher.call('getMe');
    while (watcher.has(() => true)) told.push(await watcher.next());
  }
  return told.splice(0);
}

function socketOf(person: Person | undefined): Promise<RawSocket> {
  if (person === undefined) throw new Error('nobody is anonymous on a socket');
  const socket = sockets.get(person.id) ?? RawSocket.enter(world().url, person.token);
  sockets.set(person.id, socket);
  return socket;
}

function world(): TestServer {
  if (server === undefined) throw new Error('the server did not start');
  return server;
}

function opened(): People {
  if (people === undefined) throw new Error('nobody is there');
  return people;
}

function sharedPlace(): Place {
  if (shared === undefined) throw new Error('there is no place');
  return shared;
}
