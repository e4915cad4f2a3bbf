/**
 * Commands on their way. They wait here until the server's verdict, over any number of connections.
 *
 * - A lane per conversation, first in first out, one command outstanding: what is sent next was not sent before its predecessor had an
 *   answer, so a retry can never overtake. Commands without a conversation have lanes of their own.
 * - A lost connection takes nothing away: what had no answer goes out again with the same id after the next welcome, in order. The server
 *   answers a repeat as it did the first time.
 * - A refusal that may pass is tried again after the wait the server asked for; every other verdict is final. A server that is overloaded is given up after
 *   eight tries; `rate_limited` says that it takes the command later, so the lane waits for as long as that is the answer.
 * - Over all lanes at most 32 commands are outstanding, as the server allows.
 */
import { limits, ParleyError, utf8Length } from '@parley/protocol/wire';
import { backoffMs } from '../lib/backoff.js';
import { NetworkError } from '../lib/network-error.js';
import type { Platform } from '../platform/platform.js';

export interface Command {
  readonly operation: string;
  readonly input: object;
  readonly opId: string | undefined;
}

/** Takes a command to the server. */
export type Carrier = (command: Command) => Promise<unknown>;

export interface LanesOptions {
  readonly platform: Pick<Platform, 'after' | 'random'>;
  /** How to send now; undefined while there is nothing to send on. */
  readonly carrier: () => Carrier | undefined;
}

export interface Submission extends Command {
  /** Commands of one lane are carried out in the order they were given. */
  readonly lane: string;
  readonly signal: AbortSignal | undefined;
}

interface Entry extends Submission {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  tries: number;
  onAbort: () => void;
}

interface Lane {
  readonly entries: Entry[];
  state: 'ready' | 'outstanding' | 'waiting';
  stopWaiting: () => void;
}

const maxTries = 8;

export class Lanes {
  readonly #options: LanesOptions;
  readonly #lanes = new Map<string, Lane>();
  #outstanding = 0;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /** Settles with the server's verdict. Rejects at once where the command could never be accepted. */
  submit(submission: Submission): Promise<unknown> {
    return new Promise((resolve, reject) => {
      submission.signal?.throwIfAborted();
      if (utf8Length(JSON.stringify(submission.input)) > limits.operationBytes)
        throw new ParleyError('payload_too_large');
      this.#enter({ ...submission, resolve, reject, tries: 0, onAbort: () => {} });
    });
  }

  /** Sends what waits; to be called when a carrier is there again. */
  flush(): void {
    const carrier = this.#options.carrier();
    if (carrier === undefined) return;
    for (const [name, lane] of this.#lanes) {
      if (this.#outstanding >= limits.inFlight) return;
      const entry = lane.entries[0];
      if (lane.state === 'ready' && entry !== undefined) void this.#carry({ name, lane, entry, carrier });
    }
  }

  /** Rejects everything that waits. */
  rejectAll(error: Error): void {
    for (const lane of this.#lanes.values()) {
      lane.stopWaiting();
      for (const entry of lane.entries) {
        entry.signal?.removeEventListener('abort', entry.onAbort);
        entry.reject(error);
      }
    }
    this.#lanes.clear();
  }

  async #carry({ name, lane, entry, carrier }: Outgoing): Promise<void> {
    lane.state = 'outstanding';
    this.#outstanding += 1;
    entry.tries += 1;
    const verdict = await carrier(entry).then(
      (result): Verdict => ({ type: 'done', result }),
      (error: unknown): Verdict => judge(error, entry),
    );
    this.#outstanding -= 1;
    lane.state = 'ready';
    // A server that was only asked too often is not one that stays busy.
    if (verdict.type === 'again') entry.tries = verdict.tries;
    if (verdict.type === 'again') this.#wait(lane, verdict);
    else if (verdict.type === 'done') entry.resolve(verdict.result);
    else if (verdict.type === 'refused') entry.reject(verdict.error);
    if (verdict.type === 'done' || verdict.type === 'refused') this.#remove(name, lane, entry);
    this.flush();
  }

  #wait(lane: Lane, { tries, retryAfterMs }: Extract<Verdict, { type: 'again' }>): void {
    const { after, random } = this.#options.platform;
    lane.state = 'waiting';
    lane.stopWaiting = after(retryAfterMs + backoffMs(tries, random()), () => {
      lane.state = 'ready';
      this.flush();
    });
  }

  #enter(entry: Entry): void {
    const lane = this.#lanes.get(entry.lane) ?? { entries: [], state: 'ready', stopWaiting: () => {} };
    this.#lanes.set(entry.lane, lane);
    lane.entries.push(entry);
    entry.onAbort = () => {
      // Outstanding it keeps its place, so that the next one waits for its verdict; its caller stops waiting now.
      entry.reject(entry.signal?.reason);
      if (lane.entries[0] !== entry || lane.state !== 'outstanding') this.#remove(entry.lane, lane, entry);
    };
    entry.signal?.addEventListener('abort', entry.onAbort);
    this.flush();
  }

  #remove(name: string, lane: Lane, entry: Entry): void {
    entry.signal?.removeEventListener('abort', entry.onAbort);
    const index = lane.entries.indexOf(entry);
    if (index >= 0) lane.entries.splice(index, 1);
    if (lane.entries.length === 0 && this.#lanes.get(name) === lane) this.#lanes.delete(name);
  }
}

interface Outgoing {
  readonly name: string;
  readonly lane: Lane;
  readonly entry: Entry;
  readonly carrier: Carrier;
}

type Verdict =
  | { readonly type: 'done'; readonly result: unknown }
  | { readonly type: 'refused'; readonly error: unknown }
  /** Nothing is known: the connection went. Goes out again as soon as there is one. */
  | { readonly type: 'unknown' }
  | { readonly type: 'again'; readonly tries: number; readonly retryAfterMs: number };

/** Thrown by a carrier whose connection went before the answer came. */
export class CarrierLost extends NetworkError {}

function judge(error: unknown, { tries, signal }: Entry): Verdict {
  if (error instanceof CarrierLost && !signal?.aborted) return { type: 'unknown' };
  if (!(error instanceof ParleyError) || signal?.aborted) return { type: 'refused', error };
  const retryAfterMs = error.retryAfterMs ?? 0;
  if (error.code === 'rate_limited') return { type: 'again', tries: 1, retryAfterMs };
  const mayPass = error.retryable && error.code !== 'muted' && tries < maxTries;
  return mayPass ? { type: 'again', tries, retryAfterMs } : { type: 'refused', error };
}
