/**
 * A person at one device, as an application would make it from the SDK: it loads each conversation it comes to know, keeps it in step by the events it is
 * told, and writes down everything it began and was told.
 *
 * A reload throws the client away in the middle of whatever it does and makes another. What had no verdict is sent again with the same id, as an outbox on
 * disk would; in the order in which it was begun.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ChatClient, ClientEvents } from '@parley/client-sdk';
import { ClientClosedError, createChatClient, ParleyError } from '@parley/client-sdk';
import type { ChatEvent, EventKind } from '@parley/protocol/wire';
import type { Operation, OperationKind } from '../checker/run-history.js';
import { toEntry } from '../checker/to-entry.js';
import { newId, type Person } from '../support/people.js';
import type { Recorder } from './recorder.js';
import { Shown } from './shown.js';
import { Teller } from './teller.js';

export interface HeadlessOptions {
  readonly url: string;
  readonly person: Person;
  readonly name: string;
  readonly random: () => number;
  readonly recorder: Recorder;
  /** The SDK's own times between attempts to connect; otherwise a twentieth of them, so that a run is short. @default false */
  readonly hasRealPauses?: boolean;
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

/** What had no verdict when the client was thrown away. */
interface Open {
  readonly operation: Operation;
  readonly startedAt: number;
  /** It was sent before, and the answer to that was not heard. */
  hadCopies: boolean;
  readonly send: (client: ChatClient) => Promise<{ readonly seq: number }>;
}

interface Life {
  readonly lane: string;
  readonly client: ChatClient;
  readonly shown: Shown;
  readonly teller: Teller;
  /** What is on its screen. */
  readonly open: Set<string>;
  isOver: boolean;
}

export class HeadlessClient {
  readonly person: Person;
  readonly #options: HeadlessOptions;
  readonly #open = new Set<Open>();
  #lives = 0;
  #life: Life;
  /** How often the connection was lost, and had to be made again. */
  reconnects = 0;
  /** Errors that are no verdict and no end of the client: a mistake of SDK or harness. */
  readonly failures: unknown[] = [];

  constructor(options: HeadlessOptions) {
    this.#options = options;
    this.person = options.person;
    this.#life = this.#begin();
  }

  get shown(): Shown {
    return this.#life.shown;
  }

  /** Names its present life. */
  get lane(): string {
    return this.#life.lane;
  }

  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  get openOperations(): number {
    return this.#open.size;
  }

  get isOnline(): boolean {
    return this.#life.client.connection.getSnapshot().status === 'online';
  }

  reload(): void {
    this.close();
    this.#life = this.#begin();
    this.#goOn();
    for (const open of [...this.#open]) void this.#carry(open);
  }

  /** Ends it. What has no verdict stays unknown. */
  close(): void {
    this.#life.isOver = true;
    this.#life.client.close();
  }

  send(conversationId: string, content: string, more: { replyToId?: string; threadId?: string } = {}) {
    const id = newId();
    return this.#perform({ kind: 'sendMessage', conversationId, targetId: id, content }, ({ messages }) =>
      messages.send({ conversationId, id, content, ...more }),
    );
  }

  edit(conversationId: string, messageId: string, content: string) {
    const opId = newId();
    return this.#perform({ kind: 'editMessage', conversationId, targetId: messageId, content }, (client) =>
      client.messages.edit({ conversationId, messageId, content }, { opId }),
    );
  }

  delete(conversationId: string, messageId: string) {
    const opId = newId();
    return this.#perform({ kind: 'deleteMessage', conversationId, targetId: messageId }, (client) =>
      client.messages.delete({ conversationId, messageId }, { opId }),
    );
  }

  react(
    conversationId: string,
    messageId: string,
    reaction: { readonly emoji: string; readonly isAdded: boolean },
  ) {
    const { emoji, isAdded } = reaction;
    const opId = newId();
    const input = { conversationId, messageId, emoji };
    const kind = isAdded ? 'addReaction' : 'removeReaction';
    return this.#perform({ kind, conversationId, targetId: messageId }, (client) =>
      client.call(kind, input, { opId }),
    );
  }

  add(conversationId: string, userId: string) {
    const opId = newId();
    return this.#perform({ kind: 'addMembers', conversationId, targetId: userId }, (client) =>
      client.call('addMembers', { conversationId, userIds: [userId] }, { opId }),
    );
  }

  remove(conversationId: string, userId: string) {
    const opId = newId();
    return this.#perform({ kind: 'removeMember', conversationId, targetId: userId }, (client) =>
      client.call('removeMember', { conversationId, userId }, { opId }),
    );
  }

  /** Looks at a conversation, or no longer. */
  toggleOpen(conversationId: string): void {
    const { open, client } = this.#life;
    if (!open.delete(conversationId)) open.add(conversationId);
    client.conversations.setOpen([...open]);
  }

  /** Looks at everything it shows, so that nothing is left at a head. */
  openAll(): void {
    const { open, client, shown } = this.#life;
    for (const conversationId of shown.conversationIds()) open.add(conversationId);
    client.conversations.setOpen([...open]);
  }

  /** Marks all it shows of a conversation as read. */
  async read(conversationId: string): Promise<void> {
    const { client, shown, lane } = this.#life;
    if (!shown.has(conversationId)) return;
    const { place } = shown.enter(conversationId);
    try {
      const { readSeq, deliveredSeq } = await client.receipts.markRead({
        conversationId,
        seq: shown.cursor(conversationId),
      });
      const userId = this.person.id;
      // Who comes back begins anew.
      if (shown.isShown(conversationId, place))
        this.#options.recorder.read({ lane, userId, conversationId, readSeq, deliveredSeq });
    } catch (error) {
      this.#note(error);
    }
  }

  async #perform(
    command: { kind: OperationKind; conversationId: string; targetId: string; content?: string },
    send: Open['send'],
  ): Promise<Operation> {
    const operation: Operation = {
      lane: this.#life.lane,
      actorId: this.person.id,
      ...command,
      outcome: { type: 'unknown' },
    };
    const open: Open = { operation, startedAt: performance.now(), hadCopies: false, send };
    this.#options.recorder.begin(operation);
    this.#open.add(open);
    await this.#carry(open);
    return operation;
  }

  async #carry(open: Open): Promise<void> {
    const { operation, startedAt, send } = open;
    const { recorder } = this.#options;
    const life = this.#life;
    try {
      const { seq, ...rest } = await send(life.client);
      const at = 'at' in rest && typeof rest.at === 'string' ? rest.at : undefined;
      operation.outcome = { type: 'acknowledged', seq, at };
      if (operation.lane !== life.lane) recorder.unknownResolved += 1;
    } catch (error) {
      if (error instanceof ClientClosedError) return;
      if (error instanceof ParleyError && error.code !== 'internal')
        operation.outcome = { type: 'refused', code: error.code, hadCopies: open.hadCopies };
      else this.failures.push(error);
    }
    this.#open.delete(open);
    recorder.end(operation, startedAt);
  }

  #begin(): Life {
    const { url, person, name, random, recorder, hasRealPauses = false } = this.#options;
    this.#lives += 1;
    const lane = `${name} ${this.#lives}`;
    const client = createChatClient({
      url,
      getToken: () => person.token,
      ...(hasRealPauses ? {} : { platform: { random: () => random() / 20 } }),
    });
    const life: Life = {
      lane,
      client,
      shown: new Shown(),
      teller: new Teller(recorder.open(lane, person.id)),
      open: new Set(),
      isOver: false,
    };
    this.#listen(life);
    client.connect();
    return life;
  }

  #listen(life: Life): void {
    const { client, shown, teller } = life;
    client.on('conversation.caughtUp', ({ conversationId, changes }) => {
      teller.caughtUp(conversationId, changes.to);
      const { place, isNew } = this.#enter(life, conversationId);
      place.replica.applyPage(changes);
      place.told = changes.to;
      if (isNew) this.#load(life, conversationId);
    });
    // The union of kinds is written as one listener for each.
    for (const kind of eventKinds)
      client.on(kind, (event: ClientEvents[typeof kind]) => this.#take(life, event));
    client.on('conversation.changed', ({ conversationId, seq }) => {
      if (shown.has(conversationId)) return;
      teller.tell({ type: 'moved', conversationId, seq });
      this.#load(life, conversationId);
    });
    client.on('conversation.removed', ({ conversationId }) => {
      shown.leave(conversationId);
      teller.tell({ type: 'removed', conversationId });
    });
    client.on('reset', () => {
      shown.clear();
      teller.tell({ type: 'reset' });
      void this.#loadAll(life);
    });
    let wasOnline = false;
    client.connection.subscribe(() => {
      const { status } = client.connection.getSnapshot();
      if (status === 'reconnecting') {
        this.reconnects += 1;
        this.#goOn();
      }
      if (status !== 'online' || wasOnline) return;
      wasOnline = true;
      void this.#loadAll(life);
    });
  }

  #take(
    life: Life,
    { isCatchUp, isOwn: _, ...event }: ChatEvent & { isCatchUp: boolean; isOwn: boolean },
  ): void {
    // Taking a part of a union and putting the rest together gives the union again.
    const plain = event as ChatEvent;
    life.teller.event(toEntry(plain), isCatchUp);
    const { place, isNew } = this.#enter(life, plain.conversationId);
    place.replica.applyEvent(plain);
    place.told = plain.seq;
    if (isNew) this.#load(life, plain.conversationId);
  }

  /** Of what comes on, most is looked at from then on; of the rest, where a lot happens, only the head is told. */
  #enter(life: Life, conversationId: string): ReturnType<Shown['enter']> {
    const entered = life.shown.enter(conversationId);
    if (entered.isNew && this.#options.random() < 0.7) {
      life.open.add(conversationId);
      life.client.conversations.setOpen([...life.open]);
    }
    return entered;
  }

  async #loadAll(life: Life): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.#insist(life, () =>
        life.client.conversations.list({ limit: 100, ...(cursor === undefined ? {} : { cursor }) }),
      );
      if (page === undefined) return;
      for (const { id } of page.items) if (!life.shown.has(id)) this.#load(life, id);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
  }

  #load(life: Life, conversationId: string): void {
    void this.#loadPages(life, conversationId).catch((error: unknown) => this.failures.push(error));
    // Everything it shows is on its screen: it hears what happens as it happens, also where a lot does.
    life.client.conversations.setOpen(life.shown.conversationIds());
  }

  /** Reads a conversation from its beginning: as log, as state, or as the server chooses, page by page. */
  async #loadPages(life: Life, conversationId: string): Promise<void> {
    const { client, shown, teller } = life;
    const { place } = this.#enter(life, conversationId);
    const attempt = (error: unknown): void => {
      place.load = String(error);
    };
    for (let since = 0; ; ) {
      const mode = ([undefined, 'log', 'state'] as const)[Math.floor(this.#options.random() * 3)];
      const page = await this.#insist(
        life,
        () => client.call('listChanges', { conversationId, since, ...(mode === undefined ? {} : { mode }) }),
        attempt,
      );
      if (!shown.isShown(conversationId, place)) return;
      // It was a member no more when it asked. What told so may have come before the list that named the conversation.
      if (page === undefined || page.mode === 'reset') return shown.leave(conversationId);
      place.replica.applyPage(page);
      since = page.to;
      if (page.to < page.head) continue;
      place.cursor = page.to;
      place.load = 'done';
      teller.tell({ type: 'loaded', conversationId, to: page.to });
      return;
    }
  }

  /** Asks until there is an answer; undefined when the answer is a refusal or the client's life is over. */
  async #insist<Result>(
    life: Life,
    ask: () => Promise<Result>,
    onError: (error: unknown) => void = () => {},
  ): Promise<Result | undefined> {
    while (!life.isOver) {
      try {
        return await ask();
      } catch (error) {
        onError(error);
        if (error instanceof ParleyError && !error.retryable) return undefined;
        await delay(50 + 200 * this.#options.random());
      }
    }
    return undefined;
  }

  /** What has no verdict is sent again, while what was sent may still be on its way. */
  #goOn(): void {
    for (const open of this.#open) open.hadCopies = true;
  }

  #note(error: unknown): void {
    if (!(error instanceof ParleyError) && !(error instanceof ClientClosedError)) this.failures.push(error);
  }
}
