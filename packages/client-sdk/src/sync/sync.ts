/**
 * Follows the logs of all conversations of the user, each in order and without a hole.
 *
 * - The first welcome tells every head: that is where this client starts; what is older it reads as history.
 * - A later welcome tells what moved since the one before. What lies between cursor and head is fetched as changes; live events wait meanwhile.
 * - A head stays known until it is reached, so a fetch that failed is taken up again with the next welcome, moved or not.
 * - Another epoch, or a log that ends before the cursor, is another history: everything starts anew and the application is told.
 */
import type { ChatEvent, ConversationId, Head, UserId, WelcomeFrame } from '@parley/protocol/wire';
import { backoffMs } from '../lib/backoff.js';
import type { Platform } from '../platform/platform.js';
import { accept, hasHole, type LogPosition, raiseHead, startAt } from './log-position.js';

export interface ChangesPage {
  readonly events: readonly ChatEvent[];
  /** The seq this page reaches. */
  readonly to: number;
  /** The seq of the latest entry when the page was read. */
  readonly head: number;
}

export interface SyncOptions {
  readonly platform: Pick<Platform, 'after' | 'random'>;
  /** Changes after a seq; undefined where one is not a member any more. */
  readonly readChanges: (conversationId: ConversationId, since: number) => Promise<ChangesPage | undefined>;
  readonly deliver: (
    event: ChatEvent,
    learned: { readonly isCatchUp: boolean; readonly isOwn: boolean },
  ) => void;
  /** A conversation moved to `seq` without its events being told. */
  readonly moved: (conversationId: ConversationId, seq: number) => void;
  readonly removed: (conversationId: ConversationId) => void;
  readonly reset: () => void;
}

export class Sync {
  readonly #options: SyncOptions;
  readonly #positions = new Map<ConversationId, LogPosition>();
  readonly #fetching = new Set<ConversationId>();
  #heads: Head[] = [];
  #resume: { readonly epoch: string; readonly since: string } | undefined;
  #userId: UserId | undefined;
  /** Raised by every welcome and by the end of a connection: a fetch of an older round stops. */
  #round = 0;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /** For the next hello. */
  get resume(): { readonly epoch: string; readonly since: string } | undefined {
    return this.#resume;
  }

  receiveHeads(heads: readonly Head[]): void {
    this.#heads.push(...heads);
  }

  /** Everything the heads before it told is acted on now. */
  receiveWelcome({ epoch, since, userId }: WelcomeFrame): void {
    const heads = this.#heads;
    const isFirst = this.#resume === undefined;
    const isOther = (!isFirst && this.#resume?.epoch !== epoch) || (this.#userId ?? userId) !== userId;
    this.#heads = [];
    this.#round += 1;
    this.#fetching.clear();
    this.#resume = { epoch, since };
    this.#userId = userId;
    if (isOther || this.#hasShrunk(heads)) this.#startAnew(heads);
    else for (const [conversationId, seq] of heads) this.#receiveHead(conversationId, seq, isFirst);
    for (const [conversationId, position] of this.#positions)
      if (hasHole(position)) void this.#fetch(conversationId);
  }

  receiveEvent(event: ChatEvent): void {
    // A conversation this client did not know starts with the event that brought it.
    const position = this.#positions.get(event.conversationId) ?? startAt(event.seq - 1);
    this.#take(event.conversationId, position, { events: [event], isCatchUp: false });
    const after = this.#positions.get(event.conversationId);
    if (after !== undefined && hasHole(after)) void this.#fetch(event.conversationId);
  }

  /** The connection ended: fetches stop, heads that had no welcome are void. */
  disconnected(): void {
    this.#round += 1;
    this.#fetching.clear();
    this.#heads = [];
  }

  #hasShrunk(heads: readonly Head[]): boolean {
    return heads.some(
      ([conversationId, seq]) => seq >= 0 && seq < (this.#positions.get(conversationId)?.cursor ?? 0),
    );
  }

  #startAnew(heads: readonly Head[]): void {
    this.#positions.clear();
    for (const [conversationId, seq] of heads)
      if (seq >= 0) this.#positions.set(conversationId, startAt(seq));
    this.#options.reset();
  }

  #receiveHead(conversationId: ConversationId, seq: number, isFirst: boolean): void {
    const known = this.#positions.get(conversationId);
    if (seq < 0) {
      if (this.#positions.delete(conversationId)) this.#options.removed(conversationId);
    } else if (known === undefined) {
      this.#positions.set(conversationId, startAt(seq));
      if (!isFirst) this.#options.moved(conversationId, seq);
    } else this.#positions.set(conversationId, raiseHead(known, seq));
  }

  #take(
    conversationId: ConversationId,
    position: LogPosition,
    { events, isCatchUp }: { readonly events: readonly ChatEvent[]; readonly isCatchUp: boolean },
  ): void {
    const delivery = accept(position, events);
    this.#positions.set(conversationId, delivery.position);
    for (const event of delivery.events) {
      this.#options.deliver(event, { isCatchUp, isOwn: event.actorId === this.#userId });
      if (removes(event, this.#userId) && this.#positions.delete(conversationId))
        this.#options.removed(conversationId);
    }
  }

  /** One fetch a conversation at a time, page by page until the head is reached. */
  async #fetch(conversationId: ConversationId): Promise<void> {
    if (this.#fetching.has(conversationId)) return;
    this.#fetching.add(conversationId);
    const round = this.#round;
    for (let failures = 0; ; ) {
      const position = this.#positions.get(conversationId);
      if (position === undefined || !hasHole(position)) break;
      const page = await this.#options
        .readChanges(conversationId, position.cursor)
        .catch(() => 'failed' as const);
      if (round !== this.#round) return;
      if (page !== 'failed') this.#takePage(conversationId, page);
      // A page that brings nothing is as good as none: the server that told the head is ahead of the one that was asked.
      const hasMoved = this.#positions.get(conversationId)?.cursor !== position.cursor;
      failures = hasMoved ? 0 : failures + 1;
      if (failures > 0) await this.#pause(failures);
      if (round !== this.#round) return;
    }
    this.#fetching.delete(conversationId);
  }

  #takePage(conversationId: ConversationId, page: ChangesPage | undefined): void {
    const position = this.#positions.get(conversationId);
    if (position === undefined) return;
    if (page === undefined) {
      this.#positions.delete(conversationId);
      return this.#options.removed(conversationId);
    }
    this.#take(conversationId, raiseHead(position, page.head), { events: page.events, isCatchUp: true });
  }

  #pause(failures: number): Promise<void> {
    const { after, random } = this.#options.platform;
    return new Promise((resolve) => void after(backoffMs(failures, random()), resolve));
  }
}

function removes(event: ChatEvent, userId: UserId | undefined): boolean {
  return event.kind === 'members.removed' && event.data.userIds.some((id) => id === userId);
}
