/**
 * Follows the logs of all conversations of the user, each in order and without a hole.
 *
 * - The first welcome tells every head: that is where this client starts; what is older it reads as history.
 * - A later welcome tells what moved since the one before. What lies between cursor and head is fetched as changes; live events wait meanwhile.
 * - A head told between two welcomes stands for events the server left out, and is fetched at once.
 * - The head of a busy conversation stands for events that come to those only who have it open: the hole is left until somebody here opens it, or until
 *   an event or a head of the usual kind tells of it.
 * - The server's digest of all heads, with each heartbeat, shows what nobody noticed: when it is another one than ours, every head is asked for anew.
 * - A short gap is fetched as the log. A long one comes as the rows that are different now: of these only messages that are new here become events, and
 *   live events wait until the last page.
 * - A head stays known until it is reached, so a fetch that failed is taken up again with the next welcome, moved or not.
 * - Another epoch, or a log that ends before the cursor, is another history: everything starts anew and the application is told.
 */
import {
  type ChatEvent,
  type ConversationId,
  type Head,
  type HeadFrame,
  headsDigest,
  type Message,
  type UserId,
  type WelcomeFrame,
} from '@parley/protocol/wire';
import { backoffMs } from '../lib/backoff.js';
import type { Platform } from '../platform/platform.js';
import type { ChangesPage, ReadChanges, StateChanges } from './changes-page.js';
import {
  accept,
  acceptPage,
  type Delivery,
  hasHole,
  hold,
  type LogPosition,
  raiseHead,
  release,
  skipTo,
  startAt,
} from './log-position.js';
import { beginRun, learn, type StateRun } from './state-run.js';

export interface SyncOptions {
  readonly platform: Pick<Platform, 'after' | 'now' | 'random'>;
  readonly readChanges: ReadChanges;
  readonly deliver: (
    event: ChatEvent,
    learned: { readonly isCatchUp: boolean; readonly isOwn: boolean },
  ) => void;
  /** A conversation moved to `seq` without its events being told. `lastMessage`: its latest message, where the server told it. */
  readonly moved: (conversationId: ConversationId, seq: number, lastMessage?: Message) => void;
  /** These rows of a conversation are different; what they went through in between is not told. */
  readonly caughtUp: (conversationId: ConversationId, changes: StateChanges) => void;
  readonly removed: (conversationId: ConversationId) => void;
  readonly reset: () => void;
  /** Asks for a welcome with every head; `resume` gives nothing until it has come. */
  readonly askAllHeads: () => void;
}

/** A difference that does not heal, through a fault of the server's, costs no more than this. */
const askAgainMs = 60_000;

export class Sync {
  readonly #options: SyncOptions;
  readonly #positions = new Map<ConversationId, LogPosition>();
  readonly #fetching = new Set<ConversationId>();
  /** Catching up by state that has not reached the head yet. */
  readonly #runs = new Map<ConversationId, StateRun>();
  #open: ReadonlySet<ConversationId> = new Set();
  /** Conversations whose hole waits until they are opened. */
  readonly #lazy = new Set<ConversationId>();
  #isConnected = false;
  #resume: { readonly epoch: string; readonly since: string } | undefined;
  #userId: UserId | undefined;
  /** Raised by every welcome and by the end of a connection: a fetch of an older round stops. */
  #round = 0;
  /** The next welcome is to tell every head: whatever it does not tell is no longer ours. */
  #wantsAll = false;
  #askedAt = Number.NEGATIVE_INFINITY;

  constructor(options: SyncOptions) {
    this.#options = options;
  }

  /** For the next hello. */
  get resume(): { readonly epoch: string; readonly since: string } | undefined {
    return this.#wantsAll ? undefined : this.#resume;
  }

  /**
   * @param heads  what was told before it
   * @param isBeside  it comes on a second socket, while events came on the first: its heads may be older than what they told
   */
  receiveWelcome({ epoch, since, userId }: WelcomeFrame, heads: readonly Head[], isBeside = false): void {
    const isFirst = this.#resume === undefined;
    const isOther = (!isFirst && this.#resume?.epoch !== epoch) || (this.#userId ?? userId) !== userId;
    const gone = this.#wantsAll ? this.#missingIn(heads) : [];
    this.#wantsAll = false;
    this.#isConnected = true;
    this.#round += 1;
    this.#fetching.clear();
    this.#resume = { epoch, since };
    this.#userId = userId;
    if (isOther || (!isBeside && this.#hasShrunk(heads))) this.#startAnew(heads);
    else
      for (const [conversationId, seq] of [...heads, ...gone])
        this.#receiveHead(conversationId, seq, isFirst);
    this.#fetchHoles();
  }

  /** Heads told after the welcome. */
  receiveHeads(heads: readonly Head[]): void {
    for (const [conversationId, seq] of heads) this.#receiveHead(conversationId, seq, false);
    this.#fetchHoles();
  }

  /** The head of a busy conversation, in the place of its events. */
  receiveHead({ conversationId, seq, lastMessage }: HeadFrame): void {
    const known = this.#positions.get(conversationId);
    if (known !== undefined && seq <= known.head) return;
    this.#positions.set(conversationId, known === undefined ? startAt(seq) : raiseHead(known, seq));
    this.#options.moved(conversationId, seq, lastMessage ?? undefined);
    if (!this.#open.has(conversationId)) this.#lazy.add(conversationId);
    else if (known !== undefined) void this.#fetch(conversationId);
  }

  /** The conversations somebody here looks at: what was left until then is fetched. To be called after the server was told. */
  setOpen(conversationIds: readonly ConversationId[]): void {
    this.#open = new Set(conversationIds);
    for (const conversationId of this.#open) this.#lazy.delete(conversationId);
    if (this.#isConnected) this.#fetchHoles();
  }

  /** @param digest  of the heads the server has told, as far as this socket goes */
  receiveDigest(digest: number): void {
    const { now } = this.#options.platform;
    // While something is fetched we may be ahead of the node that counted.
    if (this.#fetching.size > 0 || now() < this.#askedAt + askAgainMs) return;
    if (digest === headsDigest(this.#knownHeads())) return;
    this.#askedAt = now();
    this.#wantsAll = true;
    this.#options.askAllHeads();
  }

  receiveEvent(event: ChatEvent): void {
    // A conversation this client did not know starts with the event that brought it.
    const position = this.#positions.get(event.conversationId) ?? startAt(event.seq - 1);
    this.#lazy.delete(event.conversationId);
    if (this.#runs.has(event.conversationId))
      this.#positions.set(event.conversationId, hold(position, event));
    else this.#deliver(event.conversationId, accept(position, [event]), false);
    const after = this.#positions.get(event.conversationId);
    if (after !== undefined && hasHole(after)) void this.#fetch(event.conversationId);
  }

  /** The connection ended: fetches stop. */
  disconnected(): void {
    this.#isConnected = false;
    this.#round += 1;
    this.#fetching.clear();
  }

  *#knownHeads(): Iterable<Head> {
    for (const [conversationId, { head }] of this.#positions) yield [conversationId, head];
  }

  #missingIn(heads: readonly Head[]): Head[] {
    const told = new Set(heads.map(([conversationId]) => conversationId));
    return [...this.#positions.keys()].filter((id) => !told.has(id)).map((id): Head => [id, -1]);
  }

  #fetchHoles(): void {
    for (const [conversationId, position] of this.#positions)
      if (hasHole(position) && !this.#lazy.has(conversationId)) void this.#fetch(conversationId);
  }

  #hasShrunk(heads: readonly Head[]): boolean {
    return heads.some(
      ([conversationId, seq]) => seq >= 0 && seq < (this.#positions.get(conversationId)?.cursor ?? 0),
    );
  }

  #startAnew(heads: readonly Head[]): void {
    this.#positions.clear();
    this.#runs.clear();
    this.#lazy.clear();
    for (const [conversationId, seq] of heads)
      if (seq >= 0) this.#positions.set(conversationId, startAt(seq));
    this.#options.reset();
  }

  #receiveHead(conversationId: ConversationId, seq: number, isFirst: boolean): void {
    const known = this.#positions.get(conversationId);
    this.#lazy.delete(conversationId);
    if (seq < 0) {
      if (this.#forget(conversationId)) this.#options.removed(conversationId);
    } else if (known === undefined) {
      this.#positions.set(conversationId, startAt(seq));
      if (!isFirst) this.#options.moved(conversationId, seq);
    } else {
      this.#positions.set(conversationId, raiseHead(known, seq));
      // Told although the log has not moved: something of one's own has, such as how far one has read elsewhere.
      if (seq === known.cursor) this.#options.moved(conversationId, seq);
    }
  }

  #deliver(conversationId: ConversationId, delivery: Delivery, isCatchUp: boolean): void {
    this.#positions.set(conversationId, delivery.position);
    const last = delivery.events.at(-1);
    for (const event of delivery.events) {
      this.#options.deliver(event, { isCatchUp, isOwn: event.actorId === this.#userId });
      if (!removes(event, this.#userId)) continue;
      // Whoever was given a page is a member again, and so is whoever is told what comes after the removal: the rest of the log is still theirs.
      const isOver = isCatchUp || event !== last;
      if (isOver || this.#forget(conversationId)) this.#options.removed(conversationId);
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
        .readChanges(conversationId, position.cursor, this.#runs.has(conversationId) ? 'state' : undefined)
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
      this.#forget(conversationId);
      return this.#options.removed(conversationId);
    }
    switch (page.mode) {
      case 'log': {
        const known = raiseHead(position, page.head);
        return this.#deliver(conversationId, acceptPage(known, page), true);
      }
      case 'state':
        return this.#takeState(conversationId, position, page);
      case 'reset':
        this.#positions.set(conversationId, startAt(page.head));
        this.#runs.delete(conversationId);
        return this.#options.reset();
      default:
        return page satisfies never;
    }
  }

  /** Returns whether it was known. */
  #forget(conversationId: ConversationId): boolean {
    this.#runs.delete(conversationId);
    this.#lazy.delete(conversationId);
    return this.#positions.delete(conversationId);
  }

  #takeState(conversationId: ConversationId, position: LogPosition, page: StateChanges): void {
    // Live events came to close the hole while this was read: everything on it has been told.
    if (page.to <= position.cursor) return;
    const { run, learned } = learn(
      this.#runs.get(conversationId) ?? beginRun(position.cursor),
      page.messages,
    );
    const isOver = page.to >= page.head;
    if (isOver) this.#runs.delete(conversationId);
    else this.#runs.set(conversationId, run);
    for (const message of learned) {
      const { seq, at, senderId: actorId } = message;
      const event = { kind: 'message.created' as const, conversationId, seq, at, actorId, data: message };
      this.#options.deliver(event, { isCatchUp: true, isOwn: actorId === this.#userId });
    }
    this.#options.caughtUp(conversationId, page);
    this.#options.moved(conversationId, page.to);
    const reached = skipTo(raiseHead(position, page.head), page.to);
    // Until the run is over an event may be about a message that this client learns of only by a later page.
    if (isOver) this.#deliver(conversationId, release(reached), true);
    else this.#positions.set(conversationId, reached);
  }

  #pause(failures: number): Promise<void> {
    const { after, random } = this.#options.platform;
    return new Promise((resolve) => void after(backoffMs(failures, random()), resolve));
  }
}

function removes(event: ChatEvent, userId: UserId | undefined): boolean {
  if (event.kind === 'conversation.deleted') return true;
  return event.kind === 'members.removed' && event.data.userIds.some((id) => id === userId);
}
