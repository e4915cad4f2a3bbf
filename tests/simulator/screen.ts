/** What one client of a device shows: it loads every conversation it comes to know, keeps it in step by what it is told, and writes all of that down. */
import { type ChatClient, type ClientEvents, ParleyError } from '@parley/client-sdk';
import type { Clock } from '@parley/client-sdk/testing';
import type { ChatEvent, EventKind } from '@parley/protocol/wire';
import { toEntry } from '../checker/to-entry.js';
import { Shown } from '../cluster/shown.js';
import { Teller } from '../cluster/teller.js';
import type { SimHistory } from './history.js';

export interface ScreenOptions {
  readonly client: ChatClient;
  readonly userId: string;
  /** Names the client. */
  readonly lane: string;
  readonly history: SimHistory;
  readonly clock: Clock;
  readonly random: () => number;
  readonly reportError: (error: unknown) => void;
}

const eventKinds = [
  'conversation.created',
  'conversation.updated',
  'conversation.deleted',
  'members.added',
  'members.updated',
  'members.removed',
  'message.created',
  'message.updated',
  'message.deleted',
  'reaction.added',
  'reaction.removed',
] as const satisfies readonly EventKind[];

export class Screen {
  readonly shown = new Shown();
  resets = 0;
  readonly #options: ScreenOptions;
  #teller: Teller;
  /** The history it is in; undefined until the client was online once. */
  #epoch: number | undefined;
  #isOver = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    this.#teller = this.#newTeller();
    this.#listen();
  }

  get epoch(): number | undefined {
    return this.#epoch;
  }

  close(): void {
    this.#isOver = true;
  }

  /** To be called whenever the client is online. */
  online(): void {
    if (this.#epoch !== undefined) return;
    this.#epoch = this.#options.history.epoch;
    void this.#loadAll();
  }

  /** The server went back to a backup: whoever was not told anything yet begins in the new history. */
  restored(): void {
    if (this.#epoch === undefined) this.#teller = this.#newTeller();
  }

  #newTeller(): Teller {
    const { history, lane, userId } = this.#options;
    return new Teller(history.open(lane, userId));
  }

  #listen(): void {
    const { client, history } = this.#options;
    const { shown } = this;
    client.on('conversation.caughtUp', ({ conversationId, changes }) => {
      this.#teller.caughtUp(conversationId, changes.to);
      const { place, isNew } = shown.enter(conversationId);
      place.replica.applyPage(changes);
      place.told = changes.to;
      if (isNew) this.#load(conversationId);
    });
    // The union of kinds is written as one listener for each.
    for (const kind of eventKinds) client.on(kind, (event: ClientEvents[typeof kind]) => this.#take(event));
    client.on('conversation.changed', ({ conversationId, seq }) => {
      if (shown.has(conversationId)) return;
      this.#teller.tell({ type: 'moved', conversationId, seq });
      this.#load(conversationId);
    });
    client.on('conversation.removed', ({ conversationId }) => {
      shown.leave(conversationId);
      this.#teller.tell({ type: 'removed', conversationId });
    });
    client.on('reset', () => {
      this.resets += 1;
      shown.clear();
      this.#teller = this.#newTeller();
      this.#epoch = history.epoch;
      void this.#loadAll();
    });
  }

  #take({ isCatchUp, isOwn: _, ...event }: ChatEvent & { isCatchUp: boolean; isOwn: boolean }): void {
    // Taking a part of a union and putting the rest together gives the union again.
    const plain = event as ChatEvent;
    this.#teller.event(toEntry(plain), isCatchUp);
    const { place, isNew } = this.shown.enter(plain.conversationId);
    place.replica.applyEvent(plain);
    place.told = plain.seq;
    if (isNew) this.#load(plain.conversationId);
  }

  async #loadAll(): Promise<void> {
    const page = await this.#insist(() => this.#options.client.conversations.list({ limit: 100 }));
    for (const { id } of page?.items ?? []) if (!this.shown.has(id)) this.#load(id);
  }

  #load(conversationId: string): void {
    void this.#loadPages(conversationId).catch(this.#options.reportError);
  }

  /** Reads a conversation from its beginning: as log, as state, or as the server chooses, page by page. */
  async #loadPages(conversationId: string): Promise<void> {
    const { client, random } = this.#options;
    const { shown } = this;
    const { place } = shown.enter(conversationId);
    for (let since = 0; ; ) {
      const mode = ([undefined, 'log', 'state'] as const)[Math.floor(random() * 3)];
      const page = await this.#insist(() =>
        client.call('listChanges', { conversationId, since, ...(mode === undefined ? {} : { mode }) }),
      );
      if (!shown.isShown(conversationId, place)) return;
      // It was a member no more when it asked.
      if (page === undefined || page.mode === 'reset') return shown.leave(conversationId);
      place.replica.applyPage(page);
      since = page.to;
      if (page.to < page.head) continue;
      place.cursor = page.to;
      this.#teller.tell({ type: 'loaded', conversationId, to: page.to });
      return;
    }
  }

  /** Asks until there is an answer; undefined when the answer is a refusal or the client is gone. */
  async #insist<Result>(ask: () => Promise<Result>): Promise<Result | undefined> {
    const { clock, random } = this.#options;
    while (!this.#isOver) {
      try {
        return await ask();
      } catch (error) {
        if (error instanceof ParleyError && !error.retryable && error.status !== 401) return undefined;
        await new Promise<void>((resolve) => void clock.after(200 + 800 * random(), resolve));
      }
    }
    return undefined;
  }
}
