import type { Ack } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
import { startServer } from '../support/start-server.js';
import { engines, openTestStore } from '../support/test-store.js';

interface Message {
  readonly conversationId: string;
  readonly id: string;
  readonly content: string;
}

type Send = (message: Message) => Promise<Ack>;

/** Sends over both transports, for one server. */
async function openRoads(url: string, person: Person): Promise<{ rest: Send; socket: Send }> {
  const rest = new RestClient(url, person.token);
  const socket = await RawSocket.enter(url, person.token);
  return {
    rest: async (message) => resultOf<Ack>(await rest.call('sendMessage', message)),
    socket: async (message) => resultOf<Ack>(await socket.call('sendMessage', message)),
  };
}

describe.each(engines)('the same id sent again, on the %s engine', (engine) => {
  it.each(['stop', 'kill9'] as const)(
    'is one message with one answer over REST and socket, at once, later, and after %s and a restart',
    async (end) => {
      const store = await openTestStore(engine);
      let server = await startServer(store);
      try {
        const ana = await register(server.url);
        const { id: conversationId } = await createGroup(server.url, ana, []);
        const message = (content: string): Message => ({ conversationId, id: newId(), content });
        const messages = {
          rest: message('first over REST'),
          socket: message('first over the socket'),
          both: message('at once'),
        };

        const before = await openRoads(server.url, ana);
        const answers = {
          rest: await before.rest(messages.rest),
          socket: await before.socket(messages.socket),
          both: await Promise.all([
            before.rest(messages.both),
            before.socket(messages.both),
            before.rest(messages.both),
          ]),
        };
        const [both] = answers.both;
        expect(answers.both).toEqual([both, both, both]);
        const expectSameAnswers = async ({ rest, socket }: { rest: Send; socket: Send }) => {
          for (const send of [rest, socket]) {
            expect(await send(messages.rest)).toEqual(answers.rest);
            expect(await send(messages.socket)).toEqual(answers.socket);
            expect(await send(messages.both)).toEqual(both);
          }
        };
        await expectSameAnswers(before);

        await server[end]();
        server = await startServer(store);
        await expectSameAnswers(await openRoads(server.url, ana));

        const page = await callAs({ url: server.url, person: ana }, 'listMessages', { conversationId });
        expect(page.items.map(({ id, seq, content }) => ({ id, seq, content }))).toEqual([
          { id: messages.rest.id, seq: 2, content: 'first over REST' },
          { id: messages.socket.id, seq: 3, content: 'first over the socket' },
          { id: messages.both.id, seq: 4, content: 'at once' },
        ]);
      } finally {
        await server.kill9();
        await store.close();
      }
    },
  );
});
