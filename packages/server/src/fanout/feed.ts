/**
 * Keeps the order of every conversation somebody here follows, whatever order its publications come in.
 *
 * - A conversation is tracked from a position on: the seq up to which everything was released, `last`. Nothing untracked has a position.
 * - What follows `last` is released at once; what lies below is dropped; of what overlaps, the new part is released.
 * - What lies ahead is held for 150 ms, in which a publication that was merely overtaken arrives. Then the log is read, in pages, until what was heard
 *   of joins on. A conversation is read by one flight at a time, and a read that fails is repeated while the conversation is tracked.
 * - A hint that the head is further than `last` opens a hole like a publication that is ahead: the publication may still be on its way.
 * - What the log says is released whatever hole it leaves: the log knows what there is.
 */
import { type ConversationId, idHash } from '@parley/protocol';
import type { Clock } from '../lib/clock.js';
import type { Publication } from './broker.js';

/** A page of a conversation's log. */
export interface PulledPage {
  readonly publications: readonly Publication[];
  /** The seq the page reaches, and that of the latest entry when it was read. */
  readonly to: number;
  readonly head: number;
}

/** Reads the log after a seq. */
export type Pull = (conversationId: ConversationId, after: number) => Promise<PulledPage>;

/** What is worth counting. */
export interface FeedCounters {
  /** Something was missing and more was known to follow. */
  gap(): void;
  /** It was read from the log: noticed by a publication that was ahead, or only by the tail poll. */
  healed(noticedBy: 'publication' | 'poll'): void;
  /** The log was read. */
  pulled(): void;
  /** A publication brought nothing new. */
  late(): void;
}

export interface FeedOptions {
  readonly pull: Pull;
  /** Takes publications in order, each beginning where the one before ended. */
  readonly release: (publication: Publication) => void;
  readonly clock: Clock;
  readonly counters: FeedCounters;
  readonly random: () => number;
}

interface Track {
  readonly hash: number;
  last: number;
  /** The highest seq that is known to exist. */
  wanted: number;
  /** Ahead of `last`, by their first seq. */
  held: Publication[];
  hole: Hole;
}

type Hole =
  | { readonly name: 'none' }
  | { readonly name: 'waiting'; noticedBy: 'publication' | 'poll'; readonly stop: () => void }
  | { readonly name: 'reading' };

const noHole: Hole = { name: 'none' };
const patienceMs = 150;
const maxHeld = 256;
const retryMs = { first: 250, most: 10_000 };

export class Feed {
  readonly #options: FeedOptions;
  readonly #tracks = new Map<ConversationId, Track>();

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  /** The conversations that are tracked. */
  conversationIds(): IterableIterator<ConversationId> {
    return this.#tracks.keys();
  }

  /** The seq up to which everything was released; undefined where nothing is tracked. */
  lastOf(conversationId: ConversationId): number | undefined {
    return this.#tracks.get(conversationId)?.last;
  }

  /** The conversation's part of a digest of heads; see `headsDigest`. */
  digestOf(conversationId: ConversationId): number {
    const track = this.#tracks.get(conversationId);
    return track === undefined ? 0 : Math.imul(track.hash, track.last);
  }

  /** Begins to track after a seq; nothing happens where that is done already. */
  track(conversationId: ConversationId, last: number): void {
    if (!this.#tracks.has(conversationId))
      this.#tracks.set(conversationId, {
        hash: idHash(conversationId),
        last,
        wanted: last,
        held: [],
        hole: noHole,
      });
  }

  untrack(conversationId: ConversationId): void {
    const track = this.#tracks.get(conversationId);
    if (track?.hole.name === 'waiting') track.hole.stop();
    this.#tracks.delete(conversationId);
  }

  /** Takes a publication, from here or from elsewhere. False when its conversation is not tracked. */
  offer(publication: Publication): boolean {
    const track = this.#tracks.get(publication.conversationId);
    if (track === undefined) return false;
    const from = firstSeq(publication);
    const to = lastSeq(publication);
    if (to <= track.last) this.#options.counters.late();
    else if (from > track.last + 1) this.#hold(track, publication, to);
    else {
      this.#release(track, publication, { from, to });
      if (track.held.length > 0) this.#releaseHeld(track);
    }
    return true;
  }

  /** Told that the conversation goes at least so far. `isRead`: what lies between cannot come any other way than from the log. */
  expect(conversationId: ConversationId, head: number, isRead = false): void {
    const track = this.#tracks.get(conversationId);
    if (track === undefined || head <= track.last) return;
    track.wanted = Math.max(track.wanted, head);
    this.#open(conversationId, track, isRead ? 'publication' : 'poll');
    if (isRead && track.hole.name === 'waiting') {
      track.hole.stop();
      this.#read(conversationId, track, 'publication');
    }
  }

  /** Forgets everything. */
  close(): void {
    for (const conversationId of [...this.#tracks.keys()]) this.untrack(conversationId);
  }

  #release(track: Track, publication: Publication, { from, to }: Range): void {
    const known = track.last;
    track.last = to;
    if (to > track.wanted) track.wanted = to;
    if (from > known) this.#options.release(publication);
    else
      this.#options.release({
        ...publication,
        events: publication.events.filter((event) => event.seq > known),
      });
  }

  #hold(track: Track, publication: Publication, to: number): void {
    track.wanted = Math.max(track.wanted, to);
    if (track.held.length < maxHeld) {
      const from = firstSeq(publication);
      const index = track.held.findIndex((other) => firstSeq(other) > from);
      track.held.splice(index === -1 ? track.held.length : index, 0, publication);
    }
    this.#open(publication.conversationId, track, 'publication');
  }

  #releaseHeld(track: Track): void {
    let count = 0;
    for (const publication of track.held) {
      const from = firstSeq(publication);
      if (from > track.last + 1) break;
      count += 1;
      const to = lastSeq(publication);
      if (this.#tracks.get(publication.conversationId) !== track) this.offer(publication);
      else if (to > track.last) this.#release(track, publication, { from, to });
    }
    if (count > 0) track.held.splice(0, count);
    if (track.last >= track.wanted && track.hole.name === 'waiting') {
      track.hole.stop();
      track.hole = noHole;
    }
  }

  #open(conversationId: ConversationId, track: Track, noticedBy: 'publication' | 'poll'): void {
    if (track.hole.name === 'waiting' && noticedBy === 'publication') track.hole.noticedBy = noticedBy;
    if (track.hole.name !== 'none') return;
    if (noticedBy === 'publication') this.#options.counters.gap();
    const stop = this.#options.clock.after(patienceMs, () => {
      if (track.hole.name === 'waiting') this.#read(conversationId, track, track.hole.noticedBy);
    });
    track.hole = { name: 'waiting', noticedBy, stop };
  }

  #read(conversationId: ConversationId, track: Track, noticedBy: 'publication' | 'poll'): void {
    if (track.last >= track.wanted) {
      track.hole = noHole;
      return;
    }
    track.hole = { name: 'reading' };
    if (noticedBy === 'poll') this.#options.counters.gap();
    void this.#readAll(conversationId, track, noticedBy);
  }

  async #readAll(
    conversationId: ConversationId,
    track: Track,
    noticedBy: 'publication' | 'poll',
  ): Promise<void> {
    const isTracked = () => this.#tracks.get(conversationId) === track;
    let failures = 0;
    while (isTracked() && track.last < track.wanted) {
      const { wanted } = track;
      const page = await this.#options.pull(conversationId, track.last).catch(() => undefined);
      this.#options.counters.pulled();
      if (!isTracked()) return;
      if (page === undefined) {
        const ms = Math.min(retryMs.most, retryMs.first * 2 ** failures) * (0.5 + this.#options.random());
        failures += 1;
        await new Promise<void>((resolve) => this.#options.clock.after(ms, resolve));
        continue;
      }
      failures = 0;
      this.#take(track, page);
      // What the log does not have although it was heard of before it was read is in another history.
      if (page.to >= page.head && page.head < wanted) this.#forget(track);
    }
    if (!isTracked()) return;
    track.hole = noHole;
    this.#options.counters.healed(noticedBy);
  }

  #take(track: Track, page: PulledPage): void {
    for (const publication of page.publications) {
      const to = lastSeq(publication);
      // Who leaves may be the last one here, and who comes in the first one again.
      if (this.#tracks.get(publication.conversationId) !== track) this.offer(publication);
      else if (to > track.last) this.#release(track, publication, { from: firstSeq(publication), to });
    }
    if (page.to > track.last) track.last = page.to;
    if (track.last > track.wanted) track.wanted = track.last;
    this.#releaseHeld(track);
  }

  #forget(track: Track): void {
    track.held = [];
    track.wanted = track.last;
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Seq of the first event; a publication is never empty. */
export function firstSeq({ events }: Publication): number {
  return events[0]?.seq ?? 0;
}

export function lastSeq({ events }: Publication): number {
  return events[events.length - 1]?.seq ?? 0;
}
