/**
 * What waits for a peer that reads slowly, and what is given up for it. Pure: no socket, no time.
 *
 * - Above 256 KiB signals are dropped: what they tell ends by itself or is told again.
 * - Above 512 KiB all queued events are dropped. Their conversations are dirty from then on: later events of them are dropped too, until the
 *   queue has drained and `takeDirty` gives the conversations whose heads are to be told. So events of one conversation never come out of order,
 *   and whatever was dropped lies at or below a head that is told later.
 * - Above 1 MiB nothing helps: `push` answers `overflow` and the socket is to be closed. One frame alone may be larger than that.
 * - Results, heads and other frames are never dropped. Buffers are shared between sockets and never copied.
 */
import type { ConversationId } from '@parley/protocol';

/** What a frame is to the queue. */
export type Load =
  | { readonly class: 'signal' }
  | { readonly class: 'event'; readonly conversationId: ConversationId }
  | { readonly class: 'other' };

type Pushed = 'queued' | 'dropped' | 'overflow';

/** Bytes from which a class is given up. */
const ladder = {
  signals: 256 * 1024,
  events: 512 * 1024,
  everything: 1024 * 1024,
} as const;

interface Entry {
  readonly load: Load;
  readonly frames: Buffer;
}

export class OutgoingQueue {
  readonly #onDropped: (dropped: 'signal' | 'event', count: number) => void;
  #entries: Entry[] = [];
  /** Entries before it were taken; the array is cut now and then. */
  #taken = 0;
  #bytes = 0;
  #signals = 0;
  #dirty = new Set<ConversationId>();

  /** @param onDropped  told how many writes were given up, each of one or more frames */
  constructor(onDropped: (dropped: 'signal' | 'event', count: number) => void) {
    this.#onDropped = onDropped;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Nothing waits and nothing is owed: frames may be written past the queue. */
  get isIdle(): boolean {
    return this.#isEmpty && this.#dirty.size === 0;
  }

  /** Events were dropped whose heads have not been told yet. */
  get isDirty(): boolean {
    return this.#dirty.size > 0;
  }

  push(load: Load, frames: Buffer): Pushed {
    const size = frames.byteLength;
    if (load.class === 'event' && this.#dirty.has(load.conversationId)) return this.#drop('event');
    if (this.#bytes + size > ladder.signals) {
      if (load.class === 'signal') return this.#drop('signal');
      this.#dropSignals();
    }
    if (this.#bytes + size > ladder.events && load.class === 'event') {
      this.#dropEvents();
      this.#dirty.add(load.conversationId);
      return this.#drop('event');
    }
    if (this.#bytes + size > ladder.events) this.#dropEvents();
    if (!this.#isEmpty && this.#bytes + size > ladder.everything) return 'overflow';
    this.#entries.push({ load, frames });
    this.#bytes += size;
    if (load.class === 'signal') this.#signals += 1;
    return 'queued';
  }

  /** The next write, or undefined when nothing waits. */
  shift(): Buffer | undefined {
    const entry = this.#entries[this.#taken];
    if (entry === undefined) return undefined;
    this.#taken += 1;
    this.#bytes -= entry.frames.byteLength;
    if (entry.load.class === 'signal') this.#signals -= 1;
    if (this.#isEmpty || this.#taken > 1024) {
      this.#entries = this.#entries.slice(this.#taken);
      this.#taken = 0;
    }
    return entry.frames;
  }

  /** The conversations whose heads must be told now; their events are taken again from here on. Call it when nothing waits. */
  takeDirty(): ReadonlySet<ConversationId> {
    const dirty = this.#dirty;
    this.#dirty = new Set();
    return dirty;
  }

  clear(): void {
    this.#entries = [];
    this.#taken = 0;
    this.#bytes = 0;
    this.#signals = 0;
    this.#dirty.clear();
  }

  get #isEmpty(): boolean {
    return this.#taken === this.#entries.length;
  }

  #dropSignals(): void {
    if (this.#signals === 0) return;
    this.#onDropped('signal', this.#signals);
    this.#keep(({ load }) => load.class !== 'signal');
  }

  #dropEvents(): void {
    let count = 0;
    this.#keep(({ load }) => {
      if (load.class !== 'event') return true;
      this.#dirty.add(load.conversationId);
      count += 1;
      return false;
    });
    if (count > 0) this.#onDropped('event', count);
  }

  #keep(wanted: (entry: Entry) => boolean): void {
    this.#entries = this.#entries.slice(this.#taken).filter(wanted);
    this.#taken = 0;
    this.#bytes = this.#entries.reduce((sum, { frames }) => sum + frames.byteLength, 0);
    this.#signals = this.#entries.filter(({ load }) => load.class === 'signal').length;
  }

  #drop(dropped: 'signal' | 'event'): Pushed {
    this.#onDropped(dropped, 1);
    return 'dropped';
  }
}
