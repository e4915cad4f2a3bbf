import type { RateLimitRule } from '../config/rate-limits.js';
import { type Pace, paceOf, waitOf } from './bucket.js';

/** Frames above the rule for so long are no burst any more. */
const floodMs = 10_000;
/** So long without one above it, and the flood is over. */
const calmMs = 1000;

/** What a frame is: within the rule, above it, or one of a flood that has gone on for ten seconds. */
export type FrameVerdict =
  | { readonly type: 'within' }
  | { readonly type: 'above'; readonly retryAfterMs: number }
  | { readonly type: 'flood'; readonly retryAfterMs: number };

const within: FrameVerdict = { type: 'within' };

/** The frames of one socket, counted. */
export class FrameMeter {
  readonly #pace: Pace;
  readonly #bucket = { fullAt: Number.NEGATIVE_INFINITY };
  #floodSince = 0;
  #lastAboveAt = Number.NEGATIVE_INFINITY;

  constructor(rule: RateLimitRule) {
    this.#pace = paceOf(rule);
  }

  count(now: number): FrameVerdict {
    const waitMs = waitOf(this.#bucket, this.#pace, { now, cost: 1 });
    if (waitMs === 0) {
      this.#bucket.fullAt = Math.max(this.#bucket.fullAt, now) + this.#pace.perTokenMs;
      return within;
    }
    if (now - this.#lastAboveAt > calmMs) this.#floodSince = now;
    this.#lastAboveAt = now;
    return {
      type: now - this.#floodSince >= floodMs ? 'flood' : 'above',
      retryAfterMs: Math.max(1, Math.ceil(waitMs)),
    };
  }
}
