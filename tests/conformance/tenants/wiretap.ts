import type { OperationName } from '@parley/protocol/wire';
import { RestClient } from '../../support/rest-client.js';
import type { Reply } from '../transports.js';
import { type Canary, LeakDetector } from './canaries.js';
import { TappedSocket } from './tapped-socket.js';
import type { Tenant } from './tenant.js';

export interface TappedCall {
  readonly operation: OperationName;
  readonly input: object;
  readonly opId?: string | undefined;
}

interface Leak {
  readonly where: string;
  readonly canary: Canary;
  readonly bytes: string;
}

/** All the wires of a tenant's people, and whether anything of another tenant came over them. */
export class Wiretap {
  readonly #url: string;
  readonly #other: Tenant;
  readonly #kept: { readonly bytes: string; readonly known: string; readonly where: string }[] = [];
  readonly #sockets: TappedSocket[] = [];
  #pushes: string[] = [];
  #waiting: (() => void) | undefined;
  /** Ids that were sent: naming them makes some of them one's own, as the id of one's own message. */
  #sent = '';
  bytes = 0;
  answers = 0;
  pushed = 0;

  constructor(url: string, other: Tenant) {
    this.#url = url;
    this.#other = other;
  }

  async enter(token: string, open: readonly string[]): Promise<TappedSocket> {
    const socket = await TappedSocket.enter(this.#url, token, ({ text, call }) => {
      if (call === undefined) this.#push(text);
      this.#keep(text, call ?? '', call === undefined ? 'pushed on a socket' : 'an answer on a socket');
    });
    this.#sockets.push(socket);
    socket.setOpen(open);
    return socket;
  }

  async callRest(token: string, { operation, input, opId }: TappedCall): Promise<Reply> {
    const reply = await new RestClient(this.#url, token).callInFull(operation, input, opId);
    let headers = '';
    reply.response.headers.forEach((value, name) => {
      headers += `${name}: ${value}\n`;
    });
    this.#note(input);
    this.#keep(`${headers}${reply.response.text}`, JSON.stringify(input), `REST ${operation}`);
    return reply;
  }

  async callSocket(socket: TappedSocket, { operation, input, opId }: TappedCall): Promise<Reply> {
    this.#note(input);
    return { answer: await socket.call(operation, input, opId) };
  }

  /** Everything of the other tenant that came here. Canaries are no news to who sent them in the same call, ids to who ever sent them. */
  findLeaks(): Leak[] {
    const words = new LeakDetector(this.#other.planter.canaries);
    const ids = new LeakDetector(this.#other.ids.canaries);
    return this.#kept.flatMap(({ bytes, known, where }) =>
      [...words.find(bytes, known), ...ids.find(bytes, known === '' ? this.#sent : known)].map((canary) => ({
        where,
        canary,
        bytes: bytes.slice(0, 2000),
      })),
    );
  }

  /** What came unasked since the beginning, or since `forget`, but pings. */
  noticed(): readonly string[] {
    return this.#pushes;
  }

  forget(): void {
    this.#pushes = [];
  }

  /** Resolves when such a frame has come unasked. */
  async until(wants: (text: string) => boolean): Promise<void> {
    while (!this.#pushes.some(wants))
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
  }

  /** What was sent to the sockets before is in when this resolves. */
  async fence(): Promise<void> {
    for (const socket of this.#sockets) await socket.call('getPreferences', {});
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) await socket.close();
  }

  #push(text: string): void {
    if (text.startsWith('{"type":"ping"')) return;
    this.pushed += 1;
    this.#pushes.push(text);
    this.#waiting?.();
  }

  #note(input: object): void {
    this.#sent += JSON.stringify(input);
  }

  #keep(bytes: string, known: string, where: string): void {
    this.bytes += bytes.length;
    if (known !== '') this.answers += 1;
    this.#kept.push({ bytes, known, where });
  }
}
