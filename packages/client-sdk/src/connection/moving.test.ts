import type { UserId } from '@parley/protocol/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createClient } from '../client.js';
import { type FakePlatform, type FakeSocket, fakePlatform } from '../testing/fake-platform.js';

const me = 'me' as UserId;
const lanes = [
  '0190c7a0-0000-7000-8000-000000000001',
  '0190c7a0-0000-7000-8000-000000000002',
  '0190c7a0-0000-7000-8000-000000000003',
];
const count = 6;

/** A client with messages on their way, and servers that do what they are told to, in whatever order. */
function setUp() {
  const journal: Record<string, unknown>[] = [];
  const bare = fakePlatform();
  const platform: FakePlatform = {
    ...bare,
    openSocket: (url, handlers) => {
      const socket = bare.openSocket(url, handlers);
      return {
        close: socket.close,
        send: (text) => {
          journal.push(JSON.parse(text));
          socket.send(text);
        },
      };
    },
  };
  const client = createClient({ url: 'http://chat.test/', getToken: () => 'token' }, platform);
  const gone = new Set<FakeSocket>();
  const opened = new Set<FakeSocket>();
  const answered = new Set<unknown>();
  const settled: string[] = [];
  let failures = 0;
  client.connect();
  for (const conversationId of lanes)
    for (let number = 1; number <= count; number += 1)
      client.messages.send({ conversationId, content: String(number) }).then(
        () => settled.push(`${conversationId} ${number}`),
        () => {
          failures += 1;
        },
      );
  const live = () => platform.sockets.filter((socket) => !socket.isClosed && !gone.has(socket));
  const say = (socket: FakeSocket, frame: object) => socket.handlers.received(JSON.stringify(frame));
  const pick = (index: number) => live()[index % Math.max(1, live().length)];
  const welcome = (socket: FakeSocket) => {
    if (opened.has(socket)) return;
    opened.add(socket);
    socket.handlers.opened();
    say(socket, { type: 'welcome', userId: me, epoch: 'e', since: 's', heartbeatMs: 15_000 });
  };
  const answer = (socket: FakeSocket) => {
    const call = socket.sent.find((frame) => frame['type'] === 'call' && !answered.has(frame));
    if (call === undefined) return false;
    answered.add(call);
    say(socket, { type: 'result', id: call['id'], result: {} });
    return true;
  };
  const cut = (socket: FakeSocket) => {
    gone.add(socket);
    socket.handlers.closed(4000, '');
  };
  return {
    platform,
    client,
    journal,
    settled,
    failed: () => failures,
    live,
    pick,
    say,
    welcome,
    answer,
    cut,
  };
}

/** The messages of a conversation in the order in which they reached any server. */
function reached(journal: readonly Record<string, unknown>[], lane: string): number[] {
  return journal
    .filter((frame) => frame['type'] === 'call')
    .map(({ input }) => Object(input))
    .filter(({ conversationId }) => conversationId === lane)
    .map(({ content }) => Number(content));
}

describe('commands on a connection that moves', () => {
  const act = fc.record({
    what: fc.constantFrom('answer', 'answer', 'answer', 'welcome', 'welcome', 'move', 'cut', 'wait', 'ping'),
    on: fc.nat(3),
    ms: fc.constantFrom(1, 300, 700, 5_000),
  });

  it('reach the servers in order, a lane one at a time, and all get their answer', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 30, maxLength: 120 }), async (acts) => {
        const { platform, client, journal, settled, failed, live, pick, say, welcome, answer, cut } = setUp();
        await platform.settle();
        for (const { what, on, ms } of acts) {
          const socket = pick(on);
          if (what === 'wait' || socket === undefined) await platform.advance(ms);
          else if (what === 'answer') answer(socket);
          else if (what === 'welcome') welcome(socket);
          else if (what === 'move') say(socket, { type: 'going_away', withinMs: 2 * ms });
          else if (what === 'cut') cut(socket);
          else say(socket, { type: 'ping', digest: ms });
          await platform.settle();
        }
        for (let round = 0; round < 200 && settled.length < lanes.length * count; round += 1) {
          for (const socket of live()) {
            welcome(socket);
            while (answer(socket)) await platform.settle();
            // Nothing is healed by a socket that falls silent.
            say(socket, { type: 'ping' });
          }
          await platform.advance(1_000);
        }
        expect([settled.length, failed()]).toEqual([lanes.length * count, 0]);
        for (const lane of lanes) {
          const numbers = reached(journal, lane);
          for (const [index, number] of numbers.entries()) {
            const before = numbers[index - 1] ?? 0;
            expect(number === before || number === before + 1).toBe(true);
          }
          expect(new Set(numbers).size).toBe(count);
        }
        client.close();
        expect(live()).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
