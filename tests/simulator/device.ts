/**
 * A device of a person in a simulation, as an application would make it from the SDK: a client whose outbox is on the device, what is on its screen, and
 * everything it began and was told.
 *
 * - `reload` closes the client, `crash` ends it in the middle of everything; then there is another one over the same disk. What had no verdict is in the
 *   outbox; at times the application calls it again under its id, as the SDK allows.
 * - When the session is over it signs in again, and calls again what had no verdict.
 */
import {
  type ChatClient,
  ClientClosedError,
  createChatClient,
  OutboxError,
  ParleyError,
} from '@parley/client-sdk';
import type { Operation, OperationKind } from '../checker/run-history.js';
import type { Shown } from '../cluster/shown.js';
import type { SimHistory } from './history.js';
import { createPage, type Hardware, type Page } from './page.js';
import { Screen } from './screen.js';
import { type Account, createGetToken, type Wallet } from './sign-in.js';

export interface DeviceOptions {
  readonly name: string;
  readonly account: Account;
  readonly hardware: Hardware;
  readonly history: SimHistory;
  readonly random: () => number;
}

export interface Command {
  readonly kind: OperationKind;
  readonly conversationId: string;
  readonly targetId: string;
  readonly content?: string;
  readonly emoji?: string;
}

interface Open {
  /** Of the operation, in the outbox. */
  readonly id: string;
  readonly operation: Operation;
  /** It was sent before, and the answer to that was not heard. */
  hadCopies: boolean;
  readonly send: (client: ChatClient) => Promise<{ readonly seq: number }>;
}

/** What was without a verdict when its page ended. */
export interface Left {
  readonly operation: Operation;
  /** The outbox had said that it would outlive the page. */
  readonly isStored: boolean;
  /** The history it was in. */
  readonly epoch: number;
}

interface Life {
  readonly page: Page;
  readonly client: ChatClient;
  readonly screen: Screen;
  readonly lane: string;
  isOver: boolean;
}

const url = 'https://chat.test';

export type Again = 'atOnce' | 'later' | 'never';

/** A client has found what earlier pages left by then. */
const foundWithinMs = 1000;

export class Device {
  readonly name: string;
  readonly userId: string;
  readonly hardware: Hardware;
  readonly wallet: Wallet = { token: undefined, logIns: 0 };
  /** Operations without a verdict that a new client was not asked for again: they are the outbox's alone. */
  readonly left: Left[] = [];
  readonly counts = { reconnects: 0, signIns: 0, resets: 0, lives: 0, calledAgain: 0 };
  readonly #options: DeviceOptions;
  readonly #open = new Set<Open>();
  #life: Life;

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.name = options.name;
    this.userId = options.account.id;
    this.hardware = options.hardware;
    this.#life = this.#begin();
  }

  get shown(): Shown {
    return this.#life.screen.shown;
  }

  get openOperations(): number {
    return this.#open.size;
  }

  get status(): string {
    return this.#life.client.connection.getSnapshot().status;
  }

  get resets(): number {
    return this.counts.resets + this.#life.screen.resets;
  }

  get outbox() {
    return this.#life.client.outbox.getSnapshot();
  }

  get newId(): string {
    return this.#life.client.newId();
  }

  /** Carries a command out, and writes down what becomes of it. @param id  under which the outbox has it */
  perform(id: string, command: Command, send: Open['send']): Operation {
    const operation: Operation = {
      lane: this.name,
      actorId: this.userId,
      ...command,
      outcome: { type: 'unknown' },
    };
    const open: Open = { id, operation, hadCopies: false, send };
    this.#options.history.operations.push(operation);
    this.#open.add(open);
    void this.#carry(open);
    return operation;
  }

  /** Another client over the same disk. `again`: when it is called again for what had no verdict, under the same ids. */
  restart({ isCrash, again }: { readonly isCrash: boolean; readonly again: Again }): void {
    const isStored = this.#storedIds(isCrash);
    this.#end(isCrash);
    this.#noteCopies();
    this.#life = this.#begin();
    if (again === 'never') {
      for (const { id, operation } of this.#open)
        this.left.push({ operation, isStored: isStored.has(id), epoch: this.#options.history.epoch });
      return this.#open.clear();
    }
    // What the device did not keep begins only now.
    for (const { id, operation } of this.#open)
      if (!isStored.has(id)) this.#options.history.beginsAgain(operation);
    if (again === 'atOnce') return this.#callAgain();
    const life = this.#life;
    this.hardware.clock.after(foundWithinMs, () => {
      if (life === this.#life) this.#callAgain();
    });
  }

  close(): void {
    this.#end(false);
  }

  setOffline(isOffline: boolean): void {
    this.hardware.isOffline = isOffline;
    this.#life.page.nudge(isOffline ? 'offline' : 'online');
  }

  /** Somebody looks at the page: what waits is tried at once. */
  wake(): void {
    this.#life.page.nudge('visible');
  }

  /** Sockets may have been left with something on its way. */
  noteCopies(): void {
    this.#noteCopies();
  }

  look(conversationIds: readonly string[]): void {
    this.#life.client.conversations.setOpen(conversationIds);
  }

  /** Marks all it shows of a conversation as read. */
  async read(conversationId: string): Promise<void> {
    const { client, screen, lane } = this.#life;
    const { shown, epoch } = screen;
    if (!shown.has(conversationId)) return;
    const { place } = shown.enter(conversationId);
    const { history } = this.#options;
    try {
      const seq = shown.cursor(conversationId);
      const { readSeq, deliveredSeq } = await client.receipts.markRead({ conversationId, seq });
      // Who comes back begins anew, and so does everybody in another history.
      if (shown.isShown(conversationId, place) && epoch === history.epoch)
        history.read({ lane, userId: this.userId, conversationId, readSeq, deliveredSeq });
    } catch (error) {
      this.#note(error);
    }
  }

  /** The server went back to a backup. */
  restored(): void {
    this.#life.screen.restored();
  }

  #begin(): Life {
    const { account, hardware, history, random } = this.#options;
    this.counts.lives += 1;
    const lane = `${this.name} life ${this.counts.lives}`;
    const page = createPage(hardware);
    const client = createChatClient({
      url,
      getToken: createGetToken({ ...hardware, account, wallet: this.wallet }),
      storage: page.storage,
      user: { id: this.userId },
      platform: page.platform,
    });
    const { clock, reportError } = hardware;
    const { userId } = this;
    const screen = new Screen({ client, userId, lane, history, clock, random, reportError });
    const life: Life = { page, client, lane, screen, isOver: false };
    client.connection.subscribe(() => this.#follow(life));
    client.connect();
    return life;
  }

  #end(isCrash: boolean): void {
    this.#life.isOver = true;
    this.#life.screen.close();
    this.counts.resets += this.#life.screen.resets;
    if (isCrash) this.#life.page.crash();
    else this.#life.client.close();
  }

  #callAgain(): void {
    this.counts.calledAgain += this.#open.size;
    for (const open of [...this.#open]) void this.#carry(open);
  }

  async #carry(open: Open): Promise<void> {
    const { operation, send } = open;
    const life = this.#life;
    try {
      const { seq } = await send(life.client);
      if (life !== this.#life || !this.#open.has(open)) return;
      operation.outcome = { type: 'acknowledged', seq };
    } catch (error) {
      if (life !== this.#life || !this.#open.has(open) || isNoVerdict(error)) return;
      // Whatever it is called: nobody is signed in, and what waits is kept.
      if (this.status === 'unauthorized') return;
      const code = error instanceof ParleyError || error instanceof OutboxError ? error.code : undefined;
      if (code === undefined || code === 'internal') this.#note(error);
      // What is taken back on the device never left it.
      operation.outcome = {
        type: 'refused',
        code: code ?? String(error),
        hadCopies: open.hadCopies && code !== 'discarded',
      };
    }
    this.#open.delete(open);
  }

  #storedIds(isCrash: boolean): ReadonlySet<string> {
    // A client that is closed writes down what waits.
    const stored = this.outbox.operations.filter(({ saved }) => saved || !isCrash);
    return new Set(stored.map(({ id }) => id));
  }

  #noteCopies(): void {
    for (const open of this.#open) open.hadCopies = true;
  }

  #follow(life: Life): void {
    const { client } = life;
    const { status } = client.connection.getSnapshot();
    if (status === 'reconnecting' || status === 'offline' || status === 'unauthorized') {
      this.counts.reconnects += 1;
      this.#noteCopies();
    }
    if (status === 'unauthorized') this.#signInAgain(life);
    if (status === 'online') life.screen.online();
  }

  /** A person comes back to it after a second. */
  #signInAgain(life: Life): void {
    this.counts.signIns += 1;
    this.hardware.clock.after(1000, () => {
      if (life.isOver) return;
      this.wallet.token = undefined;
      life.client.connect();
      this.#callAgain();
    });
  }

  #note(error: unknown): void {
    if (error instanceof OutboxError || error instanceof ParleyError || isNoVerdict(error)) return;
    this.hardware.reportError(error);
  }
}

/** The client ended, or its session did: what was asked for is still to come. */
function isNoVerdict(error: unknown): boolean {
  return error instanceof ClientClosedError || (error instanceof ParleyError && error.status === 401);
}
