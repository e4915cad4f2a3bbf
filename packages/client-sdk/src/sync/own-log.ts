/**
 * Follows one's own log: what this person changed about themselves on whatever device, in order and without a hole.
 *
 * - The first welcome tells how far it goes: that is where this client starts, as it holds nothing older.
 * - A later welcome, or a head told between two, may tell that it goes further: the entries are fetched, one fetch at a time, page by page.
 * - A head stays known until it is reached, so a fetch that failed is repeated, and is taken up again with the next welcome.
 * - Another epoch or another person is another log. One that ends before what was delivered is too, and the application is told.
 */
import type { OwnChangesPage, OwnEvent, UserId, WelcomeFrame } from '@parley/protocol/wire';
import { backoffMs } from '../lib/backoff.js';
import type { Platform } from '../platform/platform.js';

export interface OwnLogOptions {
  readonly platform: Pick<Platform, 'after' | 'random'>;
  /** Reads a page of the entries after a seq. */
  readonly readOwnChanges: (since: number) => Promise<OwnChangesPage>;
  readonly deliver: (event: OwnEvent) => void;
  /** What the application holds of this person is void. */
  readonly reset: () => void;
}

interface Position {
  readonly epoch: string;
  readonly userId: UserId;
  /** Seq of the last entry delivered. */
  readonly cursor: number;
  /** Highest seq known to exist. */
  readonly head: number;
}

export class OwnLog {
  readonly #options: OwnLogOptions;
  #position: Position | undefined;
  #isFetching = false;
  /** Raised where a fetch under way is to stop. */
  #round = 0;

  constructor(options: OwnLogOptions) {
    this.#options = options;
  }

  /** @param isBeside  it comes on a second socket, and may be older than what the first one told */
  receiveWelcome({ epoch, userId, userSeq }: WelcomeFrame, isBeside: boolean): void {
    const known = this.#position;
    const isOther = known === undefined || known.epoch !== epoch || known.userId !== userId;
    const hasShrunk = !isOther && !isBeside && userSeq < known.cursor;
    if (!isOther && !hasShrunk) return this.receiveHead(userSeq);
    this.disconnected();
    this.#position = { epoch, userId, cursor: userSeq, head: userSeq };
    // Of another epoch the application is told by the conversations' side.
    if (hasShrunk) this.#options.reset();
  }

  /** One's own log goes at least so far. */
  receiveHead(seq: number): void {
    if (this.#position === undefined) return;
    this.#position = { ...this.#position, head: Math.max(this.#position.head, seq) };
    if (!this.#isFetching) void this.#fetch();
  }

  /** The connection ended: what is fetched stops. */
  disconnected(): void {
    this.#isFetching = false;
    this.#round += 1;
  }

  async #fetch(): Promise<void> {
    const round = this.#round;
    this.#isFetching = true;
    for (let failures = 0; ; ) {
      const before = this.#position;
      const isBehind = before !== undefined && before.head > before.cursor;
      if (!isBehind) break;
      const page = await this.#options.readOwnChanges(before.cursor).catch(() => undefined);
      if (round !== this.#round) return;
      const hasMoved = page !== undefined && this.#take(page);
      // A page that brings nothing is as good as none.
      failures = hasMoved ? 0 : failures + 1;
      if (failures > 0) await this.#pause(failures);
      if (round !== this.#round) return;
    }
    this.#isFetching = false;
  }

  /** Returns whether it led on. */
  #take(page: OwnChangesPage): boolean {
    const known = this.#position;
    if (known === undefined) return false;
    if (page.mode === 'reset') {
      this.#position = { ...known, cursor: page.head, head: page.head };
      this.#options.reset();
      return true;
    }
    this.#position = { ...known, cursor: page.to, head: Math.max(known.head, page.head) };
    // An entry's data is what the contract of its kind says.
    for (const event of page.items as unknown as OwnEvent[]) this.#options.deliver(event);
    return page.to > known.cursor;
  }

  #pause(failures: number): Promise<void> {
    const { after, random } = this.#options.platform;
    return new Promise((resolve) => void after(backoffMs(failures, random()), resolve));
  }
}
