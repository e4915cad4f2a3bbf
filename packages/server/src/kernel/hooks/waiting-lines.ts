/**
 * Commands that wait for a hook, so that they go on in the order they came.
 *
 * - A conversation has a line here only while one of its commands waits. Hooks of a line run beside each other; whoever is ready waits for those ahead.
 * - A command is let on synchronously, in one turn with all that are ready behind it: it is in the batcher's lane before the next one is looked at.
 * - A command that was refused is answered at once and holds nobody up.
 * - What has no conversation waits for nothing but its own hook.
 */
import { type ConversationId, ParleyError } from '@parley/protocol';

interface Place {
  /** Set once the command may go on, or was refused. */
  leave: (() => void) | undefined;
}

export interface WaitingLinesOptions {
  /** Commands of one conversation. @default 1000 */
  readonly maxWaiting?: number;
  /** Of all of them. @default 20_000 */
  readonly maxWaitingInAll?: number;
}

export class WaitingLines {
  readonly #options: Required<WaitingLinesOptions>;
  readonly #lines = new Map<ConversationId, Place[]>();
  #waiting = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(options: WaitingLinesOptions = {}) {
    this.#options = { maxWaiting: 1000, maxWaitingInAll: 20_000, ...options };
  }

  /** Whether a command of that conversation would have to wait for another one. */
  hasLine(conversationId: ConversationId | undefined): boolean {
    return conversationId !== undefined && this.#lines.has(conversationId);
  }

  /** No conversation has a line. */
  get isEmpty(): boolean {
    return this.#lines.size === 0;
  }

  /** Throws `overloaded` where one more may not wait. */
  requireRoom(conversationId: ConversationId | undefined): void {
    const line = conversationId === undefined ? undefined : this.#lines.get(conversationId);
    const { maxWaiting, maxWaitingInAll } = this.#options;
    if (this.#waiting >= maxWaitingInAll || (line !== undefined && line.length >= maxWaiting))
      throw new ParleyError('overloaded', { retryAfterMs: 1000 });
  }

  /** Takes a place before it returns, and goes on with what was prepared when its turn has come. */
  async wait<Prepared, Answer>(
    conversationId: ConversationId | undefined,
    prepared: PromiseLike<Prepared>,
    goOn: (prepared: Prepared) => Promise<Answer>,
  ): Promise<Answer> {
    this.#waiting += 1;
    if (conversationId !== undefined) return this.#stand(conversationId, prepared, goOn);
    let input: Prepared;
    try {
      input = await prepared;
    } finally {
      this.#leave();
    }
    return goOn(input);
  }

  /** Resolves when nobody waits. */
  async idle(): Promise<void> {
    while (this.#waiting > 0) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  #stand<Prepared, Answer>(
    conversationId: ConversationId,
    prepared: PromiseLike<Prepared>,
    goOn: (prepared: Prepared) => Promise<Answer>,
  ): Promise<Answer> {
    const line = this.#lines.get(conversationId) ?? [];
    this.#lines.set(conversationId, line);
    const place: Place = { leave: undefined };
    line.push(place);
    // Ready and admitted in one step: a place that was ready before it is looked at could outlive its line, and then close the next one.
    const settle = (leave: () => void): void => {
      place.leave = leave;
      this.#admit(conversationId, line);
    };
    return new Promise<Answer>((resolve, reject) => {
      prepared.then(
        (input) => settle(() => resolve(startNow(() => goOn(input)))),
        (error: unknown) => {
          reject(error);
          settle(() => {});
        },
      );
    });
  }

  #admit(conversationId: ConversationId, line: Place[]): void {
    for (let leave = line[0]?.leave; leave !== undefined; leave = line[0]?.leave) {
      line.shift();
      leave();
      this.#leave();
    }
    if (line.length === 0) this.#lines.delete(conversationId);
  }

  #leave(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0) for (const wake of this.#idleWaiters.splice(0)) wake();
  }
}

/** Begins at once; what it throws is a rejection. */
async function startNow<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  return work();
}
