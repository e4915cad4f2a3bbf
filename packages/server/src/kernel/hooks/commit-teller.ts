import type { ChatEvent } from '@parley/protocol';
import type { Clock } from '../../lib/clock.js';
import type { Hooks } from './hooks.js';

export interface CommitTellerOptions {
  readonly afterCommit: NonNullable<Hooks['afterCommit']>;
  readonly after: Clock['after'];
  /** How long closing waits for the function. */
  readonly closeTimeoutMs: number;
  readonly onFailed: (error: unknown) => void;
  /** Told when events begin to be dropped: once until some could be told again. */
  readonly onFull: () => void;
  readonly onDropped: (count: number) => void;
  /** Events waiting while the function is busy. @default 10_000 */
  readonly maxWaiting?: number;
}

export function createCommitTeller(options: CommitTellerOptions): CommitTeller {
  return new CommitTeller(options);
}

/**
 * Tells the host's `afterCommit` what was committed, beside the road of the answers: one call at a time, in a later turn, with everything that came meanwhile.
 * Its failures are reported and cost nothing else; when it is too slow the newest events are dropped.
 */
export class CommitTeller {
  readonly #options: Required<CommitTellerOptions>;
  #waiting: ChatEvent[] = [];
  #running: Promise<void> | undefined;
  #isDropping = false;

  constructor(options: CommitTellerOptions) {
    this.#options = { maxWaiting: 10_000, ...options };
  }

  /** Never throws and waits for nothing. */
  tell(events: readonly ChatEvent[]): void {
    const room = this.#options.maxWaiting - this.#waiting.length;
    for (const event of events.slice(0, room)) this.#waiting.push(event);
    if (events.length > room) this.#drop(events.length - room);
    this.#running ??= this.#run();
  }

  /** Resolves when everything was told, or when the function has had its time. */
  async close(): Promise<void> {
    if (this.#running === undefined) return;
    let stop = (): void => {};
    const timeIsUp = new Promise<void>((resolve) => {
      stop = this.#options.after(this.#options.closeTimeoutMs, resolve);
    });
    await Promise.race([this.#running, timeIsUp]);
    stop();
  }

  async #run(): Promise<void> {
    // The answers of what was committed leave first.
    await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const events = this.#waiting;
      this.#waiting = [];
      this.#isDropping = false;
      try {
        await this.#options.afterCommit(events);
      } catch (error) {
        this.#options.onFailed(error);
      }
    }
    this.#running = undefined;
  }

  #drop(count: number): void {
    if (!this.#isDropping) this.#options.onFull();
    this.#isDropping = true;
    this.#options.onDropped(count);
  }
}
