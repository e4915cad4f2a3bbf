import { setTimeout as delay } from 'node:timers/promises';
import { type ChatClient, createChatClient } from '@parley/client-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { Cluster } from './cluster.js';
import { scrape, sumOf } from './scrape.js';
import { waitFor } from './wait-for.js';

const people = 12;
const drainMs = 2000;
const patienceMs = 10_000;

let cluster: Cluster | undefined;
const clients: ChatClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await cluster?.close();
});

/** A client and what became of it: how often it was not online after it had been, and the messages it was told of, by seq. */
function enter(url: string, person: Person, conversationId: string) {
  const client = createChatClient({ url, getToken: () => person.token });
  clients.push(client);
  const seqs: number[] = [];
  let losses = 0;
  let wasOnline = false;
  client.connection.subscribe(() => {
    const isOnline = client.connection.getSnapshot().status === 'online';
    if (wasOnline && !isOnline) losses += 1;
    wasOnline = isOnline;
  });
  client.on('message.created', (event) => {
    if (event.conversationId === conversationId) seqs.push(event.seq);
  });
  client.conversations.setOpen([conversationId]);
  client.connect();
  return { client, seqs, losses: () => losses, isOnline: () => wasOnline };
}

describe('a node that is stopped while others go on', () => {
  it('costs nobody a connection or a command, and nobody misses, doubles or reorders a message', async () => {
    cluster = await Cluster.open({
      nodes: 2,
      hasRedis: false,
      env: { PARLEY_DRAIN_MS: String(drainMs) },
    });
    const { url } = cluster;
    const persons: Person[] = [];
    for (let count = 0; count < people; count += 1) persons.push(await register(url));
    const [owner, ...others] = persons;
    if (owner === undefined) throw new Error('nobody was registered');
    const { id: conversationId } = await createGroup(url, owner, others);
    const entered = persons.map((person) => enter(url, person, conversationId));
    expect(await waitFor(() => entered.every(({ isOnline }) => isOnline()), patienceMs)).toBe(true);
    const socketsOf = async (index: number) => {
      const counts = await scrape(cluster?.urlOf(index) ?? '');
      return sumOf([counts], 'parley_sockets');
    };
    expect(await socketsOf(0)).toBeGreaterThan(0);

    let isOver = false;
    const acked: number[] = [];
    const working = entered.map(async ({ client }) => {
      for (let number = 1; !isOver; number += 1) {
        const { seq } = await client.messages.send({ conversationId, id: newId(), content: String(number) });
        acked.push(seq);
        await delay(40);
      }
    });
    const before = performance.now();
    await cluster.stop(0);
    const stopMs = performance.now() - before;
    expect(await socketsOf(1)).toBe(people);
    isOver = true;
    await Promise.all(working);

    const { lastSeq } = await callAs({ url, person: owner }, 'getConversation', { conversationId });
    const isComplete = () => entered.every(({ seqs }) => seqs.at(-1) === lastSeq);
    expect(await waitFor(isComplete, patienceMs)).toBe(true);
    const expected = Array.from({ length: lastSeq - 1 }, (_, index) => index + 2);
    expect(acked.toSorted((one, two) => one - two)).toEqual(expected);
    for (const { seqs } of entered) expect(seqs).toEqual(expected);
    expect(entered.map(({ losses }) => losses())).toEqual(entered.map(() => 0));
    expect(stopMs).toBeLessThan(drainMs + 2000);
  });
});
