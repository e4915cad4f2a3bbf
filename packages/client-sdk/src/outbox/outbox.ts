/** Carries out what the machine of outbox-machine.ts decides: carriers, the store, the clock, and the promises of callers. */
import { utf8Length } from '@parley/protocol/wire';
import { createView, type View } from '../lib/view.js';
import type { Platform } from '../platform/platform.js';
import { type Carrier, CarrierLost, type Command, judge } from './carrier.js';
import type { Operation, OutboxOperation } from './operation.js';
import type { KeeperOptions, OutboxKeeper } from './outbox-keeper.js';
import { advance, type OutboxInput, type OutboxState, refusalOf } from './outbox-machine.js';
import { isStuck, type OutboxEffect } from './turn.js';

/** What waits to be sent or was refused, in the order it was called. */
export interface OutboxSnapshot {
  readonly operations: readonly OutboxOperation[];
  /** How many go by themselves, sooner or later. */
  readonly pending: number;
  /** How many need somebody: failed, or blocked by one that failed. */
  readonly failed: number;
}

/** What is on its way, for the screen. */
export interface OutboxApi extends View<OutboxSnapshot> {
  /** Sends what failed once more, as itself and at its place, with what it blocks. What waits is tried at once. */
  readonly retry: (id: string) => void;
  /** `retry` for everything that failed, of one conversation or of all. */
  readonly retryAll: (conversationId?: string) => void;
  /** Takes an operation out, with what needs it. A message that may have arrived already is hidden here and deleted there. */
  readonly discard: (id: string) => void;
}

export interface OutboxOptions {
  readonly platform: Pick<Platform, 'after' | 'random' | 'now' | 'reportError'>;
  /** How to send now; undefined while there is nothing to send on. */
  readonly carrier: () => Carrier | undefined;
  readonly newId: () => string;
  /** Opens what outlives the page; absent where nothing does. */
  readonly openStore?: ((parts: Pick<KeeperOptions, 'onFound' | 'onSaved'>) => OutboxKeeper) | undefined;
}

export interface Submission extends Command {
  readonly id: string;
  /** Commands of one lane are carried out in the order they were given. */
  readonly lane: string;
  readonly conversationId: string | undefined;
  /** Outlives the page and a refusal. */
  readonly isKept: boolean;
  /**
   * Its id was not made here just now, so an earlier page may have sent it: nothing may fold into it.
   *
   * @default false
   */
  readonly mayHaveLeft?: boolean;
  readonly signal: AbortSignal | undefined;
}

interface Caller {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly leave: () => void;
}

export class Outbox {
  readonly api: OutboxApi;
  readonly #options: OutboxOptions;
  readonly #view;
  readonly #callers = new Map<string, Caller[]>();
  #state: OutboxState = [];
  #store: OutboxKeeper | undefined;
  #wakeAt = 0;
  #stopWaiting: () => void = () => {};

  constructor(options: OutboxOptions) {
    const { platform, newId } = options;
    this.#options = options;
    const none: OutboxSnapshot = { operations: [], pending: 0, failed: 0 };
    this.#view = createView(none, platform.reportError);
    this.api = {
      subscribe: this.#view.subscribe,
      getSnapshot: this.#view.getSnapshot,
      retry: (id) => this.#step({ type: 'retry', id }),
      retryAll: (conversationId) => {
        for (const { id, conversationId: place, delivery } of this.#state)
          if (delivery.status === 'failed' && place === (conversationId ?? place))
            this.#step({ type: 'retry', id });
      },
      discard: (id) => this.#step({ type: 'discard', id, deletionId: newId() }),
    };
  }

  /** From now on what is kept outlives the page, and what earlier pages left goes out from here. */
  open(): OutboxKeeper | undefined {
    this.#store ??= this.#options.openStore?.({
      onFound: (operations) => this.#step({ type: 'adopt', operations }),
      onSaved: (ids, isSaved) => this.#step({ type: 'saved', ids, isSaved }),
    });
    return this.#store;
  }

  /** Settles with the server's verdict. Rejects at once where the command could never be accepted. */
  submit(submission: Submission): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { id, signal } = submission;
      signal?.throwIfAborted();
      const operation = toOperation(submission, this.#options.platform.now());
      const refusal = refusalOf(this.#state, operation);
      if (refusal !== undefined) throw refusal;
      const abort = () => {
        // Where others wait for the same, or it went into another one, it is still wanted.
        const callers = this.#callers.get(id);
        reject(signal?.reason);
        if (callers?.length !== 1 || callers[0] !== caller) return;
        this.#callers.delete(id);
        this.#step({ type: 'abort', id });
      };
      const caller = { resolve, reject, leave: () => signal?.removeEventListener('abort', abort) };
      signal?.addEventListener('abort', abort);
      this.#join(id, [caller]);
      this.#step({ type: 'enter', operation });
    });
  }

  /** Sends what waits; to be called when a carrier is there again. */
  flush(): void {
    this.#step({ type: 'flush' });
    void this.#store?.adopt();
  }

  /** The server told of a message with its answer's fields. */
  seen(id: string, ack: unknown): void {
    if (this.#state.some((operation) => operation.id === id)) this.#step({ type: 'seen', id, ack });
  }

  /** Rejects everybody who waits. What outlives the page stays. */
  end(error: Error): void {
    this.#step({ type: 'end' });
    for (const id of [...this.#callers.keys()]) this.#settle(id, ({ reject }) => reject(error));
  }

  /** Lets others have what is left. */
  close(): void {
    void this.#store?.close();
  }

  #step(input: OutboxInput): void {
    const { platform, carrier } = this.#options;
    const [state, effects] = advance(this.#state, input, {
      now: platform.now(),
      random: platform.random(),
      canSend: carrier() !== undefined,
      isPersistent: this.#store !== undefined,
    });
    this.#state = state;
    for (const effect of effects)
      if (isTold(effect) && wasUndone(input) && this.#store !== undefined) this.#tellOnceStored(effect);
      else this.#carryOut(effect);
    if (this.#state !== state) return;
    this.#planWake();
    this.#show();
  }

  /** What never left is taken back on the device alone: it is done when the device knows, or the next page would send it after all. */
  #tellOnceStored(effect: Told): void {
    void this.#store?.written().then(() => this.#carryOut(effect));
  }

  #carryOut(effect: OutboxEffect): void {
    switch (effect.type) {
      case 'send':
        for (const operation of effect.operations) this.#carry(operation);
        return;
      case 'save':
        return this.#store?.save(effect.operation.id, effect.operation);
      case 'forget':
        return this.#store?.save(effect.id);
      case 'resolve':
        return this.#settle(effect.id, ({ resolve }) => resolve(effect.result));
      case 'reject':
        return this.#settle(effect.id, ({ reject }) => reject(effect.error));
      case 'join':
        this.#join(effect.id, this.#callers.get(effect.from) ?? []);
        this.#callers.delete(effect.from);
        return;
      default:
        return effect satisfies never;
    }
  }

  #carry({ id, operation, input, opId }: Operation): void {
    const carry = this.#options.carrier() ?? nowhere;
    carry({ operation, input, opId }).then(
      (result) => this.#step({ type: 'verdict', id, verdict: { type: 'done', result } }),
      (error: unknown) => this.#step({ type: 'verdict', id, verdict: judge(error) }),
    );
  }

  #join(id: string, callers: readonly Caller[]): void {
    this.#callers.set(id, [...(this.#callers.get(id) ?? []), ...callers]);
  }

  #settle(id: string, tell: (caller: Caller) => void): void {
    const callers = this.#callers.get(id) ?? [];
    this.#callers.delete(id);
    for (const caller of callers) {
      caller.leave();
      tell(caller);
    }
  }

  /** One timer, for the first of those that wait. */
  #planWake(): void {
    const { after, now } = this.#options.platform;
    let at = 0;
    for (const { delivery } of this.#state)
      if (delivery.status === 'waiting') at = Math.min(at || delivery.retryAt, delivery.retryAt);
    if (at === this.#wakeAt) return;
    this.#stopWaiting();
    this.#wakeAt = at;
    if (at === 0) return;
    this.#stopWaiting = after(Math.max(0, at - now()), () => {
      this.#wakeAt = 0;
      this.#step({ type: 'due', at });
    });
  }

  #show(): void {
    const operations = this.#state.filter(({ isKept, givenUp }) => isKept && givenUp === undefined);
    const before = this.#view.getSnapshot().operations;
    if (operations.length === before.length && operations.every((each, index) => each === before[index]))
      return;
    const failed = operations.filter(isStuck).length;
    this.#view.set({ operations, failed, pending: operations.length - failed });
  }
}

type Told = Extract<OutboxEffect, { type: 'resolve' | 'reject' }>;

function isTold(effect: OutboxEffect): effect is Told {
  return effect.type === 'resolve' || effect.type === 'reject';
}

/** Decided here, without the server. */
function wasUndone({ type }: OutboxInput): boolean {
  return type === 'enter' || type === 'discard';
}

const nowhere: Carrier = () => Promise.reject(new CarrierLost('The connection was lost.'));

function toOperation(submission: Submission, now: number): Operation {
  const { id, operation, input, opId, lane, conversationId, isKept, mayHaveLeft = false } = submission;
  return {
    id,
    operation,
    // Inputs are objects of named fields.
    input: input as Operation['input'],
    opId,
    lane,
    conversationId,
    isKept,
    bytes: utf8Length(JSON.stringify(input)),
    enqueuedAt: now,
    number: 0,
    tries: 0,
    hasLeft: mayHaveLeft,
    mayHaveLeft,
    saved: false,
    isHeard: true,
    isQuiet: false,
    givenUp: undefined,
    delivery: { status: 'queued' },
  };
}
