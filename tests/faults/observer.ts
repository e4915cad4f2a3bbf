import type { ChatEvent, DownFrame, HelloFrame, Output } from '@parley/protocol/wire';
import type { Observation, Seen } from '../checker/history.js';
import { resultOf } from '../support/answer.js';
import { asLogPage } from '../support/log-page.js';
import type { Person } from '../support/people.js';
import { type RawSocket, SocketGoneError } from '../support/raw-socket.js';
import { toSeen } from './final-log.js';
import { enter } from './lane.js';
import type { Site } from './site.js';

/**
 * Somebody who watches over a socket as a client does: keeps every conversation open and a cursor for each, takes the event after it, drops what is not
 * above it, and pulls what heads say it missed, after every reconnect and where a lot happened before it had the conversation open.
 */
export class Observer {
  readonly #site: Site;
  readonly #person: Person;
  /** What a client shows: the log without a hole from its first entry on. */
  readonly #taken = new Map<string, Seen[]>();
  readonly #held = new Map<string, Map<number, Seen>>();
  /** What came over each single connection. */
  readonly #live: Observation[] = [];
  readonly #known = new Set<string>();
  #resume: HelloFrame['resume'];
  #onTaken = () => {};
  #fail: (error: unknown) => void = () => {};
  /** Rejects when something was missed and cannot be read. */
  readonly #failed: Promise<never>;

  constructor(site: Site, person: Person) {
    this.#site = site;
    this.#person = person;
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Awaited while it watches; a failure after the end is none.
    this.#failed.catch(() => {});
  }

  get observations(): Observation[] {
    const taken = [...this.#taken].map(
      ([conversationId, seen]): Observation => ({
        observer: 'client',
        conversationId,
        seen,
        covers: 'entries',
      }),
    );
    return [...taken, ...this.#live];
  }

  /** How far it has got in a conversation. */
  cursor(conversationId: string): number {
    return this.#taken.get(conversationId)?.at(-1)?.seq ?? 0;
  }

  /** Resolves when it has got so far in every conversation. */
  reached(heads: ReadonlyMap<string, number>): Promise<void> {
    const isThere = () => [...heads].every(([conversationId, head]) => this.cursor(conversationId) >= head);
    return new Promise((resolve) => {
      this.#onTaken = () => {
        if (isThere()) resolve();
      };
      this.#onTaken();
    });
  }

  /** Watches until the promise resolves. */
  async run(until: Promise<void>): Promise<void> {
    let isDone = false;
    const done = until.then(() => {
      isDone = true;
    });
    while (!isDone) {
      const life = await this.#site.life();
      try {
        const socket = await enter(life, this.#person, this.#resume);
        await this.#catchUp(socket, socket.entered.heads);
        this.#resume = { epoch: socket.entered.welcome.epoch, since: socket.entered.welcome.since };
        await Promise.race([life.over, done, this.#failed]);
        if (isDone) await socket.close();
      } catch (error) {
        if (!(error instanceof SocketGoneError)) throw error;
        await life.over;
      }
    }
  }

  async #catchUp(socket: RawSocket, heads: ReadonlyMap<string, number>): Promise<void> {
    const live = new Map<string, Seen[]>();
    this.#look(socket, heads.keys());
    socket.listen((frame: DownFrame) => {
      if (frame.type === 'head') {
        // What the connection told ends here and goes on behind the head.
        live.delete(frame.conversationId);
        void this.#fetch(socket, frame.conversationId, frame.seq).catch((error: unknown) => {
          if (!(error instanceof SocketGoneError)) this.#fail(error);
        });
      }
      if (frame.type !== 'event') return;
      const { conversationId } = frame.event;
      if (!this.#known.has(conversationId)) this.#look(socket, [conversationId]);
      let seen = live.get(conversationId);
      if (seen === undefined) {
        seen = [];
        live.set(conversationId, seen);
        this.#live.push({
          observer: `connection ${this.#live.length + 1}`,
          conversationId,
          seen,
          covers: 'entries',
        });
      }
      seen.push(toSeen(frame.event));
      this.#take(conversationId, toSeen(frame.event));
    });
    for (const [conversationId, head] of heads) await this.#fetch(socket, conversationId, head);
  }

  #look(socket: RawSocket, conversationIds: Iterable<string>): void {
    for (const id of conversationIds) this.#known.add(id);
    socket.setOpen(this.#known);
  }

  async #fetch(socket: RawSocket, conversationId: string, head: number): Promise<void> {
    let since = this.cursor(conversationId);
    while (since < head) {
      const answer = await socket.call('listChanges', { conversationId, since, mode: 'log' });
      const page = asLogPage(resultOf<Output<'listChanges'>>(answer));
      // `kind` and `data` are what the contract of the kind says.
      for (const event of page.items) this.#take(conversationId, toSeen(event as unknown as ChatEvent));
      if (page.to <= since) throw new Error(`the log of ${conversationId} ends before its head ${head}`);
      since = page.to;
    }
  }

  #take(conversationId: string, seen: Seen): void {
    if (seen.seq <= this.cursor(conversationId)) return;
    const held = this.#held.get(conversationId) ?? new Map<number, Seen>();
    this.#held.set(conversationId, held);
    held.set(seen.seq, seen);
    const taken = this.#taken.get(conversationId) ?? [];
    this.#taken.set(conversationId, taken);
    for (
      let next = held.get(this.cursor(conversationId) + 1);
      next !== undefined;
      next = held.get(next.seq + 1)
    ) {
      taken.push(next);
      held.delete(next.seq);
    }
    this.#onTaken();
  }
}
