/**
 * Lets a person's word on typing pass every three seconds a conversation. A client that repeats itself every three seconds is sometimes a little early and
 * sometimes late, so one may come up to a second before its time, as long as three seconds lie between them on the whole. A stop passes at once, but
 * only after a start that did.
 */
const intervalMs = 3000;
const earlyMs = 1000;

interface Typist {
  /** When the next start is due. */
  dueAt: number;
  isTyping: boolean;
}

export class TypingGate {
  readonly #now: () => number;
  /** The one that waited longest for a word first. */
  readonly #typists = new Map<string, Typist>();

  constructor({ now }: { readonly now: () => number }) {
    this.#now = now;
  }

  /** People somebody was told about and who may not have stopped. */
  get size(): number {
    return this.#typists.size;
  }

  /** True when the word is to be passed on. */
  pass(key: string, isTyping: boolean): boolean {
    const now = this.#now();
    this.#forget(now);
    const typist = this.#typists.get(key);
    if (!isTyping) {
      if (typist?.isTyping !== true) return false;
      typist.isTyping = false;
      return true;
    }
    const dueAt = typist?.dueAt ?? now;
    if (now < dueAt - earlyMs) return false;
    this.#typists.delete(key);
    this.#typists.set(key, { dueAt: Math.max(now, dueAt) + intervalMs, isTyping: true });
    return true;
  }

  /** Who said nothing for a whole interval after their time is over for everybody. */
  #forget(now: number): void {
    for (const [key, { dueAt }] of this.#typists) {
      if (dueAt + intervalMs > now) return;
      this.#typists.delete(key);
    }
  }
}
