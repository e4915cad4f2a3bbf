/**
 * A token names a person and a tenant, and both count. Here is the owner of a conversation with a token that names another tenant: whoever asked for the person
 * alone would let them do everything. They get what a stranger gets, and nobody is told anything.
 */
import { randomBytes } from 'node:crypto';
import { type OperationName, routes } from '@parley/protocol/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { callAs, newId, type Person } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { matrix, type Row } from './authorization/matrix.js';
import { ofAnotherTenant, openPeople, openPlace, type Place } from './authorization/place.js';
import { expectCode, fingerprint } from './expect-error.js';
import type { Reply } from './transports.js';

const inConversations = Object.entries(matrix).flatMap(([name, rows]) => {
  // The keys of the matrix are the operations of the contract.
  const operation = name as OperationName;
  if (rows === 'anyone' || !routes[operation].rest.includes(':conversationId')) return [];
  return rows.map((row) => ({
    title: `${name}${row.what === undefined ? '' : ` (${row.what})`}`,
    operation,
    row,
  }));
});

let server: TestServer | undefined;
let opened: Place | undefined;
let moved: Person | undefined;
let socket: RawSocket | undefined;

beforeAll(async () => {
  const secret = randomBytes(32).toString('base64url');
  server = await startServer({ engine: 'postgres', env: { PARLEY_SECRET: secret } });
  const people = await openPeople(server.url, secret);
  opened = await openPlace(server.url, people);
  moved = { ...people.OW, token: ofAnotherTenant(people.OW.token, secret) };
  socket = await RawSocket.enter(server.url, moved.token);
});

afterAll(async () => {
  await socket?.close();
  await server?.stop();
});

type Send = (operation: OperationName, input: Readonly<Record<string, unknown>>) => Promise<Reply>;

const overRest: Send = (operation, input) =>
  new RestClient(world().url, who().token).callInFull(operation, input);
const overSocket: Send = async (operation, input) => {
  if (socket === undefined) throw new Error('there is no socket');
  return { answer: await socket.call(operation, input) };
};

it('refresh: a socket does not go on with a token of another tenant, nor the other way round', async () => {
  const { OW } = place().people;
  for (const [first, second] of [
    [OW.token, who().token],
    [who().token, OW.token],
  ] as const) {
    const entered = await RawSocket.enter(world().url, first);
    entered.send({ type: 'refresh', token: second });
    const answer = await entered.next(({ type }) => type === 'error' || type === 'refreshed');
    expect(answer).toMatchObject({ type: 'error', error: { code: 'token_invalid' } });
    await entered.close();
  }
});

describe.each([
  { road: 'REST', send: overRest },
  { road: 'the socket', send: overSocket },
])('a token of another tenant over $road', ({ send }) => {
  it.each(inConversations.map((each) => [each.title, each] as const))(
    '%s answers as for a conversation that is not there',
    (_title, { operation, row }) => expectAbsent(send, operation, row),
  );

  it('listConversations, listBlocks, sync: there is nothing', async () => {
    expect(resultOf((await send('listBlocks', {})).answer)).toEqual({ items: [], users: {} });
    const { conversationId, messages } = place();
    const listed = resultOf<{ items: unknown[] }>((await send('listConversations', {})).answer);
    expect(listed.items).toEqual([]);
    const synced = (await send('sync', { open: [{ conversationId, seq: 0 }] })).answer;
    expect(resultOf(synced)).toMatchObject({ heads: [], gone: [conversationId], changes: {} });
    expect(JSON.stringify(synced)).not.toContain(messages.OW);
  });

  it('getMe, updateMe, getPreferences, updatePreferences, getOwnPresence, setPresence: there is no such person', async () => {
    const inputs = {
      getMe: {},
      updateMe: { bio: 'of another tenant' },
      getPreferences: {},
      updatePreferences: { hideReceipts: true },
      getOwnPresence: {},
      setPresence: { state: 'away' },
    } satisfies { readonly [Name in OperationName]?: object };
    // The keys were checked to be operations.
    for (const [name, input] of Object.entries(inputs))
      expectCode(await send(name as OperationName, input), 'session_revoked');
    const { OW } = place().people;
    expect((await callAs({ url: world().url, person: OW }, 'getMe', {})).bio).not.toBe('of another tenant');
  });

  it('getUser, searchUsers, listPresence, createConversation: there is nobody else either', async () => {
    const { target } = place().people;
    expectCode(await send('getUser', { userId: target.id }), 'not_found');
    const found = (await send('searchUsers', { q: target.username })).answer;
    expect(resultOf(found)).toEqual({ items: [] });
    const seen = (await send('listPresence', { ids: target.id })).answer;
    expect(resultOf(seen)).toEqual({
      items: [{ userId: target.id, state: 'offline', lastSeenAt: null, status: null }],
    });
    for (const input of [
      { type: 'group', memberIds: [target.id] },
      { type: 'direct', memberIds: [target.id] },
    ])
      expectCode(await send('createConversation', input), 'invalid_reference');
  });

  it('listSessions, revokeSession: the sessions of the person are not theirs here', async () => {
    expect(resultOf((await send('listSessions', {})).answer)).toEqual({ items: [] });
    expectCode(await send('revokeSession', await place().newSession('OW')), 'not_found');
  });
});

/** What is refused changed nothing: the owner finds the conversation as it was. */
async function expectAbsent(send: Send, operation: OperationName, row: Row): Promise<void> {
  const input: Readonly<Record<string, unknown>> = { ...(await row.input(place(), 'OW')) };
  const before = await headOf(place());
  const hidden = await send(operation, input);
  const absent = await send(operation, { ...input, conversationId: newId() });
  expectCode(hidden, 'not_found');
  expect(fingerprint(hidden)).toBe(fingerprint(absent));
  expect(await headOf(place())).toBe(before);
}

async function headOf({ conversationId, people }: Place): Promise<number> {
  const by = { url: world().url, person: people.OW };
  return (await callAs(by, 'getConversation', { conversationId })).lastSeq;
}

function world(): TestServer {
  if (server === undefined) throw new Error('the server did not start');
  return server;
}

function place(): Place {
  if (opened === undefined) throw new Error('there is no place');
  return opened;
}

function who(): Person {
  if (moved === undefined) throw new Error('nobody is there');
  return moved;
}
