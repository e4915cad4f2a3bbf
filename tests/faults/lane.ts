import type { Ack } from '@parley/protocol/wire';
import type { Answer, Send } from '../checker/history.js';
import { resultOf } from '../support/answer.js';
import { newId, type Person } from '../support/people.js';
import { RawSocket, SocketGoneError } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
import type { Life, Site } from './site.js';

export interface LaneOptions {
  readonly site: Site;
  readonly name: string;
  readonly person: Person;
  readonly conversationIds: readonly string[];
  readonly random: () => number;
}

/** Somebody's way of sending, one message after the other, whatever happens to the server. */
export interface Lane {
  /** Sends until the site closes, then until everything begun is acknowledged. Rejects when something is refused. */
  run(): Promise<void>;
  readonly sends: readonly LaneSend[];
}

export interface LaneSend extends Send {
  readonly answers: Answer[];
  /** It was under way when a server died. */
  wasUnknown: boolean;
}

const repeatShare = 0.05;

/** Sends over REST; the next message begins when the one before is acknowledged. */
export function createRestLane(options: LaneOptions): Lane {
  const { site, person, random } = options;
  const sends: LaneSend[] = [];
  const deliver = async (send: LaneSend): Promise<void> => {
    for (;;) {
      const life = await site.life();
      try {
        note(
          site,
          send,
          resultOf<Ack>(await new RestClient(life.url, person.token).call('sendMessage', inputOf(send))),
        );
        return;
      } catch (error) {
        // `fetch` throws a TypeError when the connection breaks.
        if (!(error instanceof TypeError)) throw error;
        send.wasUnknown = true;
        await life.over;
      }
    }
  };
  return {
    sends,
    run: async () => {
      while (!site.isClosing) {
        const repeated = random() < repeatShare ? sends[Math.floor(random() * sends.length)] : undefined;
        await deliver(repeated ?? begin(sends, options));
      }
    },
  };
}

/** Sends over the socket, several messages at once; what had no answer when the socket broke is sent again in the same order. */
export function createSocketLane(options: LaneOptions & { readonly inFlight: number }): Lane {
  const { site, person, random, inFlight } = options;
  const sends: LaneSend[] = [];
  let open: LaneSend[] = [];
  const sendAll = async (socket: RawSocket): Promise<void> => {
    const calls = open.map((send) => start(socket, send));
    while (calls.length > 0 || !site.isClosing) {
      while (calls.length < inFlight && !site.isClosing) {
        const repeated = random() < repeatShare ? sends[Math.floor(random() * sends.length)] : undefined;
        // A repeat of what is still under way would be a second record of it in `open`.
        const send = repeated === undefined || open.includes(repeated) ? begin(sends, options) : repeated;
        open.push(send);
        calls.push(start(socket, send));
      }
      const answer = await calls.shift();
      const [send] = open;
      if (answer === undefined || send === undefined) continue;
      note(site, send, resultOf<Ack>(answer));
      open = open.slice(1);
    }
  };
  return {
    sends,
    run: async () => {
      while (!site.isClosing || open.length > 0) {
        const life = await site.life();
        try {
          const socket = await enter(life, person);
          socket.listen(() => {});
          await sendAll(socket);
          await socket.close();
        } catch (error) {
          if (!(error instanceof SocketGoneError)) throw error;
          for (const send of open) send.wasUnknown = true;
          await life.over;
        }
      }
    },
  };
}

/** Enters, or throws {@link SocketGoneError} when the server died meanwhile. */
export async function enter(life: Life, person: Person, resume?: { epoch: string; since: string }) {
  try {
    return await RawSocket.enter(life.url, person.token, resume);
  } catch (cause) {
    throw new SocketGoneError('could not enter', { cause });
  }
}

function start(socket: RawSocket, send: LaneSend) {
  const answer = socket.call('sendMessage', inputOf(send));
  // Awaited in its turn; until then a rejection must not count as unhandled.
  answer.catch(() => {});
  return answer;
}

function begin(sends: LaneSend[], { name, person, conversationIds, random }: LaneOptions): LaneSend {
  const number = sends.length + 1;
  const send: LaneSend = {
    lane: name,
    senderId: person.id,
    conversationId: conversationIds[Math.floor(random() * conversationIds.length)] ?? '',
    id: newId(),
    content: `${name} ${number} ${'héllo 👋🏽 '.repeat(Math.floor(random() * 20))}end`,
    answers: [],
    wasUnknown: false,
  };
  sends.push(send);
  return send;
}

function note(site: Site, send: LaneSend, { id, seq, at }: Ack): void {
  if (id !== send.id) throw new Error(`the acknowledgement of ${send.id} names ${id}`);
  send.answers.push({ seq, at });
  site.acknowledged();
}

function inputOf({ conversationId, id, content }: LaneSend) {
  return { conversationId, id, content };
}
