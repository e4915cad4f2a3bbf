/**
 * Two tenants on one server: nothing crosses.
 *
 * Everything people can say is said in both, with canaries; the list of what can be said comes from the contracts. Then the people of one call every
 * operation with ids and cursors of the other in every place one goes, over REST and the socket, while they listen for whatever the other does. Every byte that
 * reached them is searched; the other's state and sockets are as they were; and what belongs to the other is answered as what is not there.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { type OperationName, routes } from '@parley/protocol/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import type { Person } from '../support/people.js';
import { RestClient } from '../support/rest-client.js';
import { startServer, type TestServer } from '../support/start-server.js';
import { openTestStore, type TestStore } from '../support/test-store.js';
import { fingerprint } from './expect-error.js';
import { type Attack, hasTwin, inputOf, listAttacks } from './tenants/attacks.js';
import { listInputFields } from './tenants/input-walk.js';
import { openRegistrar } from './tenants/join-tenant.js';
import type { Planter } from './tenants/planter.js';
import type { TappedSocket } from './tenants/tapped-socket.js';
import { openTenant, type Tenant } from './tenants/tenant.js';
import { Wiretap } from './tenants/wiretap.js';
import type { Reply } from './transports.js';

/** Fields of commands in which nothing stays that anybody could read: why. */
const unplanted: Readonly<Record<string, string>> = {
  'login.login': 'names somebody',
  'login.password': 'is compared with a hash',
  'refresh.refreshToken': 'is the secret of whoever sends it',
  'logout.refreshToken': 'is the secret of whoever sends it',
  'changePassword.currentPassword': 'is compared with a hash',
  'changePassword.newPassword': 'is stored as a hash, as that of `register` is',
  'requestPasswordReset.email': 'names somebody',
  'resetPassword.token': 'is compared with a hash',
  'runBatch.operations.[].operation': 'names an operation, whose own fields are here',
  'resetPassword.newPassword': 'is stored as a hash, as that of `register` is',
};

// The keys of the table are the operations of the contract.
const attacks = listAttacks(Object.keys(routes) as OperationName[]);

interface Sides {
  readonly tenant: Tenant;
  readonly other: Tenant;
  readonly tap: Wiretap;
  readonly socket: TappedSocket;
  readonly socketOf: (person: Person) => TappedSocket;
  /** Whatever reaches the other while it is attacked. */
  readonly otherTap: Wiretap;
  readonly victim: TappedSocket;
  readonly stateBefore: readonly string[];
}

let store: TestStore | undefined;
let server: TestServer | undefined;
let closeRegistrar: () => Promise<void> = async () => {};
const tenants = new Map<string, Tenant>();

beforeAll(async () => {
  const secret = randomBytes(32).toString('base64url');
  const keySecret = randomBytes(32).toString('base64url');
  store = await openTestStore('postgres');
  const { dataDir, databaseUrl } = store;
  server = await startServer({
    engine: 'postgres',
    dataDir,
    databaseUrl,
    env: { PARLEY_SECRET: secret, PARLEY_SERVER_KEYS: `tests:${keySecret}` },
  });
  const { url } = server;
  const registrar = await openRegistrar({ databaseUrl: databaseUrl ?? '', secret });
  closeRegistrar = registrar.close;
  const tenantId = randomUUID();
  tenants.set(
    'the first',
    await openTenant({
      name: 'the first',
      url,
      serverKey: `psk_${keySecret}`,
      join: (planter) => register(url, planter),
    }),
  );
  tenants.set(
    'the second',
    await openTenant({
      name: 'the second',
      url,
      serverKey: undefined,
      join: (planter) => registrar.join({ tenantId, ...namesOf(planter) }),
    }),
  );
});

afterAll(async () => {
  await closeRegistrar();
  await server?.stop();
  await store?.close();
});

it('every field of a command in which something can be said has a canary in it', () => {
  const planted = tenantNamed('the first').planter.fields;
  const fields = listInputFields().filter(({ kind, holds }) => kind === 'command' && holds !== 'id');
  const names = fields.map(({ name }) => name);
  expect(
    names.filter((name) => !planted.has(name) && unplanted[name] === undefined),
    'plant it in tenants/tenant.ts',
  ).toEqual([]);
  expect(Object.keys(unplanted).filter((name) => !names.includes(name))).toEqual([]);
  print(`${names.length} fields of commands, ${planted.size} kinds of canaries`);
});

describe.each([
  ['the second', 'the first'],
  ['the first', 'the second'],
])('people of %s tenant, of %s', (name, otherName) => {
  let sides: Sides | undefined;
  const given = (): Sides => {
    if (sides === undefined) throw new Error('the sockets did not open');
    return sides;
  };
  let calls = 0;

  beforeAll(async () => {
    const [tenant, other] = [tenantNamed(name), tenantNamed(otherName)];
    const tap = new Wiretap(serverUrl(), other);
    const otherTap = new Wiretap(serverUrl(), tenant);
    const foreign = [other.target.conversationId, other.world.group.id];
    const socket = await tap.enter(tenant.world.owner.token, foreign);
    const membersOwn = await tap.enter(tenant.world.member.token, [...foreign, tenant.target.conversationId]);
    const socketOf = ({ id }: Person) => (id === tenant.world.member.id ? membersOwn : socket);
    const victim = await otherTap.enter(other.world.owner.token, foreign);
    await otherTap.enter(other.world.member.token, foreign);
    const stateBefore = await other.readState();
    otherTap.forget();
    sides = { tenant, other, tap, socket, socketOf, otherTap, victim, stateBefore };
  });
  afterAll(async () => {
    await given().tap.close();
    await given().otherTap.close();
  });

  it.each(attacks)('$title', async (attack) => {
    const { tenant, other, tap, socketOf } = given();
    const { operation } = attack;
    const roads: Send[] = [
      (by, input, opId) => tap.callRest(by.token, { operation, input, opId }),
      (by, input, opId) => tap.callSocket(socketOf(by), { operation, input, opId }),
    ];
    for (const send of roads) {
      const foreign = await sendPrepared(attack, tenant, { fill: ({ of }) => of(other), send });
      calls += 1;
      if (hasTwin(attack)) {
        const fill: Filling = ({ absent: none }) => none?.(tenant);
        const absent = await sendPrepared(attack, tenant, { fill, send });
        calls += 1;
        expect(foreign).toBe(absent);
      }
      if (routes[operation].kind !== 'command' || attack.places.length === 0) continue;
      // With a key that the other used for something.
      const { by, input } = await attack.prepare(tenant);
      await send(
        by,
        inputOf(input, attack.places, ({ of }) => of(other)),
        other.target.opId,
      );
      calls += 1;
    }
  });

  it('what the other says is found by no search', async () => {
    const { tenant, other, tap, socket } = given();
    for (const { text } of other.planter.canaries)
      for (const q of [text, text.slice(0, 8)]) {
        const replies = [
          await tap.callRest(tenant.world.owner.token, { operation: 'searchUsers', input: { q } }),
          await tap.callSocket(socket, { operation: 'searchUsers', input: { q } }),
        ];
        for (const { answer } of replies) expect(answer).toEqual({ ok: true, result: { items: [] } });
        calls += 2;
      }
  });

  it('a direct conversation with one of the other cannot be made, and a user name of theirs is free', async () => {
    const { tenant, other, tap } = given();
    const { token } = tenant.world.former;
    const direct = (id: string) =>
      tap.callRest(token, {
        operation: 'createConversation',
        input: { type: 'direct', memberIds: [id] },
      });
    expect(fingerprint(await direct(other.target.userId))).toBe(fingerprint(await direct(randomUUID())));
    const { username } = other.world.owner;
    const renamed = await tap.callRest(token, { operation: 'updateMe', input: { username } });
    expect(renamed.answer).toMatchObject({ ok: true });
    calls += 3;
  });

  it('the other noticed nothing of all that: no frame, and everything as it was', async () => {
    const { other, otherTap, stateBefore } = given();
    // What was sent to these sockets before is in by the answer.
    await otherTap.fence();
    expect(otherTap.noticed()).toEqual([]);
    expect(await other.readState()).toEqual(stateBefore);
  });

  it('what the other does now reaches its own people and nobody here, nor did anything before', async () => {
    const { tenant, other, tap, socket, otherTap, victim } = given();
    const input = { userIds: [other.target.userId, other.world.owner.id] };
    await tap.callSocket(socket, { operation: 'watchPresence', input });
    await otherTap.callSocket(victim, { operation: 'watchPresence', input });
    await other.stir();
    await otherTap.until((text) => text.includes('presence.changed'));
    await tap.fence();
    const open = [{ conversationId: other.target.conversationId, seq: 0 }];
    await tap.callSocket(socket, { operation: 'sync', input: { open } });
    for (const person of [tenant.world.owner, tenant.world.member])
      for (const operation of ['listConversations', 'getMe', 'listSessions'] as const)
        await tap.callRest(person.token, { operation, input: {} });
    const seen = new Wiretap(serverUrl(), other);
    await seen.callRest(other.world.owner.token, { operation: 'listConversations', input: {} });
    expect(seen.findLeaks().length, 'whoever may read it finds canaries').toBeGreaterThan(5);
    expect(tap.findLeaks()).toEqual([]);
    print(
      `${name} of ${otherName}: ${attacks.length} attacks, ${calls} calls, ${tap.answers} answers and ${tap.pushed} pushed frames, ` +
        `${tap.bytes} bytes searched for ${other.planter.canaries.length} canaries and ${other.ids.canaries.length} ids`,
    );
  });
});

type Filling = Parameters<typeof inputOf>[2];
type Send = (by: Person, input: object, opId?: string) => Promise<Reply>;

/** What is the same for everything that is not there: without what was named, when it was and how far the log went. */
async function sendPrepared(
  attack: Attack,
  tenant: Tenant,
  { fill, send }: { readonly fill: Filling; readonly send: Send },
): Promise<string> {
  const { by, input } = await attack.prepare(tenant);
  const reply = await send(by, inputOf(input, attack.places, fill));
  if (!reply.answer.ok) return fingerprint(reply);
  return JSON.stringify(reply.answer.result)
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'id')
    .replace(/\d+/g, '0');
}

async function register(url: string, planter: Planter): Promise<Person> {
  const password = planter.text('register.password');
  const { username, displayName, email, userAgent } = namesOf(planter);
  const account = { username, displayName, email, password };
  resultOf(await new RestClient(url).call('register', account));
  const response = await new RestClient(url).request('POST', routes.login.rest.split(' ')[1] ?? '', {
    body: { login: username, password },
    headers: { 'user-agent': userAgent },
  });
  // A log-in that was not refused is a session.
  const session = response.json as { user: { id: string }; accessToken: string; refreshToken: string };
  const { accessToken: token, refreshToken } = session;
  return { id: session.user.id, username, password, token, refreshToken };
}

function namesOf(planter: Planter) {
  return {
    username: planter.text('register.username'),
    displayName: planter.text('register.displayName'),
    email: planter.text('register.email', (canary) => `${canary}@example.org`),
    userAgent: planter.text('the user agent of a session'),
  };
}

function tenantNamed(name: string): Tenant {
  const tenant = tenants.get(name);
  if (tenant === undefined) throw new Error(`there is no ${name}`);
  return tenant;
}

function serverUrl(): string {
  if (server === undefined) throw new Error('the server did not start');
  return server.url;
}

function print(text: string): void {
  console.log(`two tenants: ${text}`);
}
