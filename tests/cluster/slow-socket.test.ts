import type { DownFrame, Output } from '@parley/protocol/wire';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { resultOf } from '../support/answer.js';
import { createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { Cluster } from './cluster.js';
import { type Counts, scrape, sumOf } from './scrape.js';
import { waitFor } from './wait-for.js';

const messages = 2000;
const senders = 5;
const inFlight = 8;
/** Two thousand of them are far more than the buffers of the kernel take. */
const padding = 'x'.repeat(8000);
/** Of one socket in the server: what waits, what the stream holds, and a frame. With room for what else lives in the process. */
const capBytes = 8 * 1024 * 1024;

let cluster: Cluster | undefined;
afterEach(async () => {
  await cluster?.close();
  cluster = undefined;
});

describe('a socket that never reads beside a burst of 2,000 messages', () => {
  it('costs the server no more than its cap and others no time, and misses nothing once it reads again', async () => {
    cluster = await Cluster.open({ nodes: 1, hasRedis: false });
    const url = cluster.urlOf(0);
    const people = await Promise.all(Array.from({ length: senders + 1 }, () => register(url)));
    const [sleeper, ...others] = people;
    if (sleeper === undefined) throw new Error('nobody was registered');
    const group = await createGroup(url, sleeper, others);
    const talkers = await Promise.all(others.map((person) => Talker.open(url, person, group.id)));

    const calm = await burst(talkers);
    const before = await scrape(url);
    const socket = await SleepingSocket.open(url, sleeper, group.id);
    const during = await burst(talkers);
    const grown = async () => heldBytes(await scrape(url)) - heldBytes(before);
    const isWithinCap = await waitFor(async () => (await grown()) < capBytes, 20_000);
    const grownBytes = await grown();
    const dropped = sumOf([await scrape(url)], 'parley_socket_drops_total', 'event');
    const told = socket.wake();
    const head = group.lastSeq + 2 * messages;
    await waitFor(() => told.knows() >= head || told.isClosed(), 20_000);
    const knows = told.isClosed() ? await headAfterReturn(url, sleeper, group.id) : told.knows();

    console.log(
      `never reads: p99 of others ${calm} ms calm, ${during} ms beside it; ${dropped} writes given up, ` +
        `${Math.round(grownBytes / 1024)} KiB more held, ${told.seqs.length} events read afterwards, ${told.isClosed() ? 'cut as slow' : 'never cut'}`,
    );
    expect(isWithinCap, `it holds ${grownBytes} bytes`).toBe(true);
    expect(dropped, 'nothing was given up, so nothing was tried').toBeGreaterThan(0);
    expect(knows).toBe(head);
    expect(told.seqs).toEqual([...told.seqs].sort((one, other) => one - other));
    // Bursts on a busy machine differ by themselves; a server that waits for the one who never reads stops altogether.
    expect(during).toBeLessThan(2 * calm + 1000);
    await Promise.all(talkers.map((talker) => talker.close()));
  });
});

/** All of them send as fast as they are answered. The p99 of the time from sending to hearing, in milliseconds. */
async function burst(talkers: readonly Talker[]): Promise<number> {
  await Promise.all(talkers.map((talker) => talker.send(messages / talkers.length)));
  const heardAll = () => talkers.every(({ heard }) => heard.length >= messages);
  expect(await waitFor(heardAll, 60_000), 'the others did not hear everything').toBe(true);
  const times = talkers.flatMap(({ heard }) => heard.splice(0)).sort((one, other) => one - other);
  return Math.round(times[Math.floor(times.length * 0.99)] ?? 0);
}

class Talker {
  readonly #socket: RawSocket;
  readonly #conversationId: string;
  /** How long each message took to be heard here, in milliseconds. */
  readonly heard: number[] = [];

  private constructor(socket: RawSocket, conversationId: string) {
    this.#socket = socket;
    this.#conversationId = conversationId;
    socket.listen((frame: DownFrame) => {
      if (frame.type === 'event' && frame.event.kind === 'message.created')
        this.heard.push(performance.now() - Number.parseFloat(frame.event.data.content));
    });
  }

  static async open(url: string, person: Person, conversationId: string): Promise<Talker> {
    const socket = await RawSocket.enter(url, person.token);
    socket.setOpen([conversationId]);
    return new Talker(socket, conversationId);
  }

  async send(count: number): Promise<void> {
    const lane = async (): Promise<void> => {
      for (let sent = 0; sent < count / inFlight; sent += 1) {
        const content = `${performance.now()} ${padding}`;
        const input = { conversationId: this.#conversationId, id: newId(), content };
        resultOf<Output<'sendMessage'>>(await this.#socket.call('sendMessage', input));
      }
    };
    await Promise.all(Array.from({ length: inFlight }, lane));
  }

  close(): Promise<void> {
    return this.#socket.close();
  }
}

/** A socket that says hello, is welcomed, and from then on takes nothing from the network. */
class SleepingSocket {
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string, person: Person, conversationId: string): Promise<SleepingSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/socket`, { perMessageDeflate: false });
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    const welcomed = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        if (parse(data).type === 'welcome') resolve();
      });
    });
    socket.send(JSON.stringify({ type: 'hello', protocol: 1, token: person.token }));
    await welcomed;
    socket.send(JSON.stringify({ type: 'open', conversationIds: [conversationId] }));
    // Otherwise the burst would be a head a second for it, and nothing would pile up.
    socket.send(JSON.stringify({ type: 'open', conversationIds: [conversationId] }));
    socket.removeAllListeners('message');
    socket.pause();
    return new SleepingSocket(socket);
  }

  /** Reads from now on. */
  wake() {
    const seqs: number[] = [];
    let head = 0;
    let isClosed = false;
    this.#socket.once('close', () => {
      isClosed = true;
    });
    this.#socket.on('error', () => {});
    this.#socket.on('message', (data: Buffer) => {
      const frame = parse(data);
      if (frame.type === 'ping') this.#socket.send(JSON.stringify({ type: 'pong' }));
      if (frame.type === 'event') seqs.push(frame.event.seq);
      if (frame.type === 'heads') for (const [, seq] of frame.heads) head = Math.max(head, seq);
    });
    this.#socket.resume();
    return { seqs, knows: () => Math.max(head, seqs.at(-1) ?? 0), isClosed: () => isClosed };
  }
}

/** What a client that was cut learns when it comes back. */
async function headAfterReturn(
  url: string,
  person: Person,
  conversationId: string,
): Promise<number | undefined> {
  const socket = await RawSocket.enter(url, person.token);
  const head = socket.entered.heads.get(conversationId);
  await socket.close();
  return head;
}

/** Buffers lie outside the heap. */
function heldBytes(counts: Counts): number {
  return sumOf([counts], 'parley_nodejs_external_memory_bytes');
}

function parse(data: Buffer): DownFrame {
  // Every frame of the server is JSON of this type.
  return JSON.parse(data.toString()) as DownFrame;
}
