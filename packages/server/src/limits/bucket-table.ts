import type { RateLimitName, RateLimitRule } from '../config/rate-limits.js';
import { type Bucket, type Pace, paceOf, type Taking } from './bucket.js';

type Inner = Map<string, Bucket>;

export interface BucketTableOptions {
  readonly name: RateLimitName;
  readonly policy: RateLimitRule;
  /** Buckets at most. */
  readonly capacity: number;
  /** Whether other nodes are told what is taken. */
  readonly isTold: boolean;
}

/**
 * The buckets of one rule. What is allowed costs one lookup, or two where the key has two parts, and makes nothing once the bucket is there.
 *
 * - Full buckets are forgotten by `sweep`, which is called now and then.
 * - It never holds more than `capacity`: the one that was made first goes. Whoever it belonged to starts with a full one, so the capacity is far above
 *   what is in use.
 */
export class BucketTable {
  readonly name: RateLimitName;
  readonly policy: RateLimitRule;
  readonly pace: Pace;
  /** Those from which was taken what other nodes do not know yet; whoever tells them empties it. */
  readonly untold: Bucket[] = [];
  readonly isTold: boolean;
  readonly #capacity: number;
  readonly #byOne = new Map<string, Bucket>();
  readonly #byTwo = new Map<string, Inner>();
  #size = 0;

  constructor({ name, policy, capacity, isTold }: BucketTableOptions) {
    this.name = name;
    this.policy = policy;
    this.pace = paceOf(policy);
    this.isTold = isTold;
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#size;
  }

  /** The bucket of a key of one part or two. */
  get(first: string, second: string | undefined): Bucket {
    if (second === undefined)
      return this.#byOne.get(first) ?? this.#make(this.#byOne, first, { first, second });
    const inner = this.#byTwo.get(first);
    if (inner === undefined) return this.#make(this.#innerOf(first), second, { first, second });
    return inner.get(second) ?? this.#make(inner, second, { first, second });
  }

  /** Takes, whatever there is; below 0 gives back. */
  take(bucket: Bucket, { now, cost }: Taking): void {
    bucket.fullAt = Math.max(bucket.fullAt, now) + cost * this.pace.perTokenMs;
    if (!this.isTold) return;
    if (bucket.untold === 0) this.untold.push(bucket);
    bucket.untold += cost;
  }

  /** Forgets what is full. */
  sweep(now: number): void {
    for (const [key, bucket] of this.#byOne) if (bucket.fullAt <= now) this.#byOne.delete(key);
    this.#size = this.#byOne.size;
    for (const [first, inner] of this.#byTwo) {
      for (const [second, bucket] of inner) if (bucket.fullAt <= now) inner.delete(second);
      if (inner.size === 0) this.#byTwo.delete(first);
      this.#size += inner.size;
    }
  }

  #make(home: Inner, key: string, { first, second }: Pick<Bucket, 'first' | 'second'>): Bucket {
    const bucket: Bucket = { first, second, fullAt: 0, untold: 0 };
    home.set(key, bucket);
    this.#size += 1;
    if (this.#size > this.#capacity) this.#dropOldest(bucket);
    return bucket;
  }

  #innerOf(first: string): Inner {
    const inner: Inner = new Map();
    this.#byTwo.set(first, inner);
    return inner;
  }

  #dropOldest(fresh: Bucket): void {
    for (const key of this.#byOne.keys()) {
      this.#byOne.delete(key);
      this.#size -= 1;
      return;
    }
    for (const [first, inner] of this.#byTwo)
      for (const [second, bucket] of inner) {
        if (bucket === fresh) continue;
        inner.delete(second);
        if (inner.size === 0) this.#byTwo.delete(first);
        this.#size -= 1;
        return;
      }
  }
}
