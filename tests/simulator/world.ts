/** The people, devices and groups of a run, around one server in memory and one network. */

import {
  createTestNetwork,
  createTestServer,
  type TestNetwork,
  type TestServer,
} from '@parley/client-sdk/testing';
import { createIdFactory } from '@parley/protocol/wire';
import { createRandom } from '../support/random.js';
import { ask } from './ask.js';
import { createCable } from './cable.js';
import { Device } from './device.js';
import { SimHistory } from './history.js';
import { createHardware } from './page.js';
import { type Account, logIn, register } from './sign-in.js';
import { createSimClock, type SimClock } from './sim-clock.js';

export interface Known {
  readonly id: string;
  readonly senderId: string;
  /** Where it was written: only there it may be touched before it is acknowledged. */
  readonly device: Device;
  isAcknowledged: boolean;
}

export interface Place {
  readonly id: string;
  /** Never leaves. */
  readonly owner: Account;
  readonly messages: Known[];
}

export interface SimWorld {
  readonly clock: SimClock;
  readonly server: TestServer;
  readonly network: TestNetwork;
  readonly history: SimHistory;
  readonly accounts: readonly Account[];
  readonly devices: readonly Device[];
  /** One more, of somebody, that uses ids again. */
  readonly buggy: Device;
  readonly places: readonly Place[];
  /** What no promise is about, and what nobody should throw. */
  readonly failures: unknown[];
}

const startMs = Date.UTC(2026, 5, 1);
/** Whose each device is. */
const owners = [0, 0, 1, 2] as const;

export async function createWorld(seed: number): Promise<SimWorld> {
  const clock = createSimClock(startMs);
  const server = createTestServer({ ...clock, random: createRandom(seed + 1) });
  const network = createTestNetwork({ server, clock, random: createRandom(seed + 2) });
  const history = new SimHistory();
  const failures: unknown[] = [];
  const accounts = [
    await register(server, 'ann'),
    await register(server, 'bob'),
    await register(server, 'cid'),
  ];
  const places: Place[] = [];
  for (const owner of accounts.slice(0, 2))
    places.push({ id: await createGroup(server, { owner, accounts, seed }), owner, messages: [] });
  const device = (account: Account, name: string, index: number): Device => {
    const random = createRandom(seed + 10 + index);
    const reportError = (error: unknown): void => void failures.push(error);
    const hardware = createHardware({
      clock,
      random,
      reportError,
      line: createCable(network.connect(), createRandom(seed + 90 + index)),
    });
    return new Device({ name, account, hardware, history, random: createRandom(seed + 50 + index) });
  };
  const of = (index: number): Account => {
    const account = accounts[index];
    if (account === undefined) throw new Error('nobody is there');
    return account;
  };
  const devices = owners.map((owner, index) => device(of(owner), `${of(owner).username} ${index}`, index));
  const buggy = device(of(1), 'bob buggy', owners.length);
  return { clock, server, network, history, accounts, devices, buggy, places, failures };
}

async function createGroup(
  server: TestServer,
  {
    owner,
    accounts,
    seed,
  }: { readonly owner: Account; readonly accounts: readonly Account[]; readonly seed: number },
): Promise<string> {
  const { accessToken: token } = await logIn(server, owner);
  const random = createRandom(seed + owner.username.charCodeAt(0));
  const newId = createIdFactory({
    now: () => startMs,
    randomBytes: (bytes) => {
      for (const index of bytes.keys()) bytes[index] = Math.floor(random() * 256);
    },
  });
  const memberIds = accounts.filter(({ id }) => id !== owner.id).map(({ id }) => id);
  const body = { type: 'group', id: newId(), name: 'Test', memberIds };
  return (await ask<{ readonly id: string }>(server, 'POST /v1/conversations', { token, body })).id;
}
