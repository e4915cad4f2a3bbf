/**
 * Lets greetings in no faster than the database can read heads for them, however many clients come back at once.
 *
 * - A token bucket limits how many enter a second, a second bound how many are entering at a time. The rest waits in line, first come first served.
 * - Who waits for two seconds is refused and told when to come back: at a random moment of the time it takes to let in all who were refused.
 */
import type { Clock } from '../../lib/clock.js';

export interface AdmissionOptions {
  /** Greetings let in a second, and at once after a quiet second. */
  readonly perSecond: number;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
}

export type Verdict =
  | { readonly type: 'admitted' }
  | { readonly type: 'refused'; readonly retryAfterMs: number }
  /** It left before its turn. */
  | { readonly type: 'left' };

/** One greeting's place in the line, later inside. */
export interface Ticket {
  readonly verdict: Promise<Verdict>;
  /** To be called when it has entered, failed or left; again does nothing. */
  done(): void;
}

/** Heads are read for so many at a time: a few times the connections to the database. */
const maxEntering = 200;
const maxWaitMs = 2000;
const shortestReturnMs = 1000;
const shortestSpreadMs = 4000;

interface Place {
  state: 'waiting' | 'inside' | 'gone';
  readonly settle: (verdict: Verdict) => void;
  stopTimer: () => void;
}

export class Admission {
  readonly #options: AdmissionOptions;
  readonly #line = new Set<Place>();
  #tokens: number;
  #filledAt: number;
  #entering = 0;
  #refused = 0;
  #stopRefill: (() => void) | undefined;

  constructor(options: AdmissionOptions) {
    this.#options = options;
    this.#tokens = options.perSecond;
    this.#filledAt = options.clock.now();
  }

  enter(): Ticket {
    let settle: Place['settle'] = () => {};
    const verdict = new Promise<Verdict>((resolve) => {
      settle = resolve;
    });
    const place: Place = { state: 'waiting', settle, stopTimer: () => {} };
    this.#line.add(place);
    this.#admit();
    if (place.state === 'waiting')
      place.stopTimer = this.#options.clock.after(maxWaitMs, () => this.#refuse(place));
    return { verdict, done: () => this.#leave(place) };
  }

  #admit(): void {
    this.#refill();
    for (const place of this.#line) {
      if (this.#entering >= maxEntering) return;
      if (this.#tokens < 1) return this.#admitLater();
      this.#tokens -= 1;
      this.#entering += 1;
      this.#line.delete(place);
      place.stopTimer();
      place.state = 'inside';
      place.settle({ type: 'admitted' });
    }
    this.#refused = 0;
  }

  #refill(): void {
    const { clock, perSecond } = this.#options;
    const now = clock.now();
    this.#tokens = Math.min(perSecond, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
  }

  #admitLater(): void {
    const { clock, perSecond } = this.#options;
    this.#stopRefill ??= clock.after(Math.ceil(((1 - this.#tokens) / perSecond) * 1000), () => {
      this.#stopRefill = undefined;
      this.#admit();
    });
  }

  #refuse(place: Place): void {
    this.#line.delete(place);
    place.state = 'gone';
    this.#refused += 1;
    const spreadMs = Math.max(shortestSpreadMs, (this.#refused / this.#options.perSecond) * 1000);
    const retryAfterMs = Math.round(shortestReturnMs + this.#options.random() * spreadMs);
    place.settle({ type: 'refused', retryAfterMs });
  }

  #leave(place: Place): void {
    const { state } = place;
    place.state = 'gone';
    if (state === 'waiting') {
      this.#line.delete(place);
      place.stopTimer();
      place.settle({ type: 'left' });
    } else if (state === 'inside') {
      this.#entering -= 1;
      this.#admit();
    }
  }
}
