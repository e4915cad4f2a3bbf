/**
 * How often somebody may do something: the rules of config/rate-limits.ts, enforced.
 *
 * - Whatever is frequent is counted in buckets of this node, without waiting for anything. With Redis other nodes are told each second, and what they
 *   took lowers what is left here; between two tellings a person may get as much from each node. Without Redis every node counts for itself.
 * - Whatever is expensive is asked of Redis before it is carried out. The buckets of this node count it as well: where they refuse, Redis is not asked,
 *   and where Redis does not answer they decide alone. It is never open.
 * - A call takes from all its rules or from none. Failures are taken for before the call and given back after it, so that many attempts at once do
 *   not pass together.
 * - Who calls in process has no peer and is not counted.
 */
import { ParleyError, type UserId } from '@parley/protocol';
import type { RateLimitName, RateLimitRule, RateLimitRules } from '../config/rate-limits.js';
import type { Clock } from '../lib/clock.js';
import { type Bucket, remainingOf, waitOf } from './bucket.js';
import { BucketTable } from './bucket-table.js';
import { FrameMeter } from './frame-meter.js';
import { type Caller, type Fields, firstKeyOf, secondKeyOf } from './limit-key.js';
import {
  anonymousLimit,
  awaitedRules,
  type LimitKey,
  type LimitUse,
  type OperationLimit,
  operationLimits,
} from './operation-limits.js';
import { RateLimitedError } from './rate-limited-error.js';
import type { SharedCounts, SharedTaking } from './shared-counts.js';
import { tellOtherNodes } from './tell-other-nodes.js';

export interface LimiterOptions {
  readonly rules: RateLimitRules;
  readonly clock: Clock;
  /** The buckets of all nodes; undefined without Redis. */
  readonly shared: SharedCounts | undefined;
  readonly onLimited: (rule: RateLimitName) => void;
  /** Redis did not answer; the buckets of this node decided. */
  readonly onUnshared: () => void;
  /**
   * Buckets of one rule at most.
   * @default 100000
   */
  readonly capacity?: number;
}

/** Taken for a call that is not over yet. */
export interface Held {
  /** To be called with what the call failed with, or undefined. */
  settle(error: unknown): void;
}

/** What is left of a rule. */
export interface Quota {
  readonly rule: RateLimitName;
  readonly policy: RateLimitRule;
  readonly remaining: number;
  /** Until the bucket is full. */
  readonly resetMs: number;
}

const tellMs = 1000;
const sweepMs = 30_000;

interface Use extends LimitUse {
  readonly table: BucketTable;
}

interface Plan extends Pick<OperationLimit, 'costOf'> {
  readonly uses: readonly Use[];
  /** Whether there is something to do after the local buckets let it through. */
  readonly isHeld: boolean;
}

export function createLimiter(options: LimiterOptions): Limiter {
  return new Limiter(options);
}

export class Limiter {
  readonly #options: LimiterOptions;
  readonly #tables = new Map<RateLimitName, BucketTable>();
  readonly #plans = new Map<string, Plan>();
  readonly #anonymous: Plan;
  readonly #rest: Plan;
  readonly #connect: Plan;
  readonly #connectPerAddress: Plan;
  /** Buckets of the call at hand; filled and read without anything in between. */
  readonly #found: (Bucket | undefined)[] = [];
  readonly #taking = { now: 0, cost: 1 };
  readonly #stopTimers: readonly (() => void)[];
  #startedAt: number;
  #now = 0;
  #isTelling = false;

  constructor(options: LimiterOptions) {
    const { rules, clock, shared, capacity = 100_000 } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    // The keys of the rules are their names.
    for (const [name, policy] of Object.entries(rules) as [RateLimitName, RateLimitRule][]) {
      const isTold = options.shared !== undefined && !awaitedRules.has(name);
      this.#tables.set(name, new BucketTable({ name, policy, capacity, isTold }));
    }
    for (const [operation, limit] of Object.entries(operationLimits))
      this.#plans.set(operation, this.#plan(limit));
    this.#anonymous = this.#plan(anonymousLimit);
    this.#rest = this.#planOf('rest', 'user');
    this.#connect = this.#planOf('connect', 'user');
    this.#connectPerAddress = this.#planOf('connectPerAddress', 'address');
    this.#stopTimers = [
      clock.every(sweepMs, () => this.#sweep()),
      ...(shared === undefined ? [] : [clock.every(tellMs, () => void this.#tell(shared))]),
    ];
  }

  /**
   * Lets a call of an operation through, or throws `rate_limited`. Undefined where nothing is left to do; otherwise the call waits for it and settles
   * it, whatever becomes of the call.
   */
  admit(
    caller: Caller & { readonly operation: { readonly name: string } },
    input: Fields,
  ): Promise<Held> | undefined {
    if (caller.address === undefined) return undefined;
    const plan =
      this.#plans.get(caller.operation.name) ?? (caller.actor === undefined ? this.#anonymous : undefined);
    if (plan === undefined || plan.uses.length === 0) return undefined;
    this.#take(plan, caller, input);
    return plan.isHeld ? this.#hold(plan, caller, input) : undefined;
  }

  /** Counts a request over REST of somebody, or of an address whose token was refused; throws `rate_limited`. What is left, for somebody. */
  countRequest(caller: Caller): Quota | undefined {
    if (caller.address === undefined) return undefined;
    const { actor } = caller;
    this.#take(actor === undefined ? this.#anonymous : this.#rest, caller, {});
    const table = this.#tables.get('rest');
    if (actor === undefined || table === undefined) return undefined;
    const bucket = table.get(actor.userId, undefined);
    return {
      rule: table.name,
      policy: table.policy,
      remaining: remainingOf(bucket, table.pace, this.#now),
      resetMs: Math.max(0, bucket.fullAt - this.#now),
    };
  }

  /** Counts a socket that is opened; throws `rate_limited`. */
  countSocket(address: string): void {
    this.#take(this.#connectPerAddress, { address }, {});
  }

  /** Counts a socket that said hello; rejects with `rate_limited`. */
  async countHello(actor: { readonly userId: UserId }): Promise<void> {
    this.#take(this.#connect, { actor }, {});
    await this.#share(this.#connect, { actor }, {});
  }

  /** The meter of one socket's frames; undefined where they are not limited. */
  meterFrames(): FrameMeter | undefined {
    const { frames } = this.#options.rules;
    return frames && new FrameMeter(frames);
  }

  /** Something was refused by a rule that is counted elsewhere. */
  refused(rule: RateLimitName): void {
    this.#options.onLimited(rule);
  }

  /** Buckets that are held, over all rules. */
  get bucketCount(): number {
    return [...this.#tables.values()].reduce((sum, { size }) => sum + size, 0);
  }

  close(): void {
    for (const stop of this.#stopTimers) stop();
    this.#options.shared?.close();
  }

  /** Takes from the buckets of this node, from all or none. Makes nothing when they are there and let it through. */
  #take({ uses, costOf }: Plan, caller: Caller, input: Fields): void {
    const taking = this.#taking;
    taking.now = this.#time();
    taking.cost = costOf === undefined ? 1 : costOf(input);
    let longestMs = 0;
    let refusing: BucketTable | undefined;
    for (let index = 0; index < uses.length; index += 1) {
      const use = uses[index];
      const first = use && firstKeyOf(use.key, caller, input);
      this.#found[index] = undefined;
      if (use === undefined || first === undefined) continue;
      const bucket = use.table.get(first, secondKeyOf(use.key, caller, input));
      this.#found[index] = bucket;
      const waitMs = waitOf(bucket, use.table.pace, taking);
      if (waitMs <= longestMs) continue;
      longestMs = waitMs;
      refusing = use.table;
    }
    if (refusing !== undefined) throw this.#refusal(refusing, longestMs);
    for (let index = 0; index < uses.length; index += 1) {
      const bucket = this.#found[index];
      if (bucket !== undefined) uses[index]?.table.take(bucket, taking);
    }
  }

  async #hold(plan: Plan, caller: Caller, input: Fields): Promise<Held> {
    await this.#share(plan, caller, input);
    return {
      settle: (error) => {
        const hasFailed = error instanceof ParleyError && error.status === 401;
        if (!hasFailed) this.#giveBack(plan, caller, input);
      },
    };
  }

  /** Takes from the buckets of all nodes as well. What they refuse is given back here; where they do not answer, this node has decided. */
  async #share({ uses }: Plan, caller: Caller, input: Fields): Promise<void> {
    const { shared, onUnshared } = this.#options;
    const awaited = uses.filter(isAwaited);
    if (shared === undefined || awaited.length === 0) return;
    const refusal = await shared.take(toSharedTakings(awaited, { caller, input, cost: 1 })).catch(() => {
      onUnshared();
      return undefined;
    });
    const table = refusal && awaited[refusal.index]?.table;
    if (refusal === undefined || table === undefined) return;
    this.#giveBackHere(uses, caller, input);
    throw this.#refusal(table, refusal.waitMs);
  }

  /** Gives back what was taken for a failure that was none. */
  #giveBack({ uses }: Plan, caller: Caller, input: Fields): void {
    const { shared, onUnshared } = this.#options;
    const failures = uses.filter(({ counts }) => counts === 'failures');
    this.#giveBackHere(failures, caller, input);
    const takings = toSharedTakings(failures.filter(isAwaited), { caller, input, cost: -1 });
    if (takings.length > 0) shared?.add(takings).catch(onUnshared);
  }

  #giveBackHere(uses: readonly Use[], caller: Caller, input: Fields): void {
    const now = this.#time();
    for (const { key, table } of uses) {
      const first = firstKeyOf(key, caller, input);
      if (first !== undefined)
        table.take(table.get(first, secondKeyOf(key, caller, input)), { now, cost: -1 });
    }
  }

  #refusal(table: BucketTable, waitMs: number): RateLimitedError {
    this.#options.onLimited(table.name);
    return new RateLimitedError(table.name, table.policy, waitMs);
  }

  #plan({ uses, ...rest }: OperationLimit): Plan {
    const known = uses.flatMap((use) => {
      const table = this.#tables.get(use.rule);
      return table === undefined ? [] : [{ ...use, table }];
    });
    const isHeld = known.some(({ rule, counts }) => counts === 'failures' || awaitedRules.has(rule));
    return { ...rest, uses: known, isHeld };
  }

  #planOf(rule: RateLimitName, key: LimitKey): Plan {
    return this.#plan({ uses: [{ rule, key, counts: 'all' }] });
  }

  /** Milliseconds since the start. A clock that is set back stands still instead: debts would last for as long as it was set back. */
  #time(): number {
    const now = this.#options.clock.now() - this.#startedAt;
    if (now < this.#now) this.#startedAt -= this.#now - now;
    else this.#now = now;
    return this.#now;
  }

  #sweep(): void {
    const now = this.#time();
    for (const table of this.#tables.values()) table.sweep(now);
  }

  async #tell(shared: SharedCounts): Promise<void> {
    if (this.#isTelling) return;
    this.#isTelling = true;
    const tables = [...this.#tables.values()].filter(({ isTold }) => isTold);
    await tellOtherNodes(tables, shared, () => this.#time()).catch(this.#options.onUnshared);
    this.#isTelling = false;
  }
}

function isAwaited({ rule }: Use): boolean {
  return awaitedRules.has(rule);
}

interface Tokens {
  readonly caller: Caller;
  readonly input: Fields;
  readonly cost: number;
}

function toSharedTakings(uses: readonly Use[], { caller, input, cost }: Tokens): SharedTaking[] {
  return uses.flatMap(({ rule, key, table }) => {
    const first = firstKeyOf(key, caller, input);
    if (first === undefined) return [];
    return [{ rule, pace: table.pace, bucket: { first, second: secondKeyOf(key, caller, input) }, cost }];
  });
}
