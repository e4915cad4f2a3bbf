import type { LogEntry, Told } from '../checker/run-history.js';

/**
 * Writes down what a client is told, in order. After a long absence the SDK tells new messages first and then that they were the rows that are different:
 * so what is caught up waits until the end of the turn, when it is known what it was.
 */
export class Teller {
  readonly #tell: (told: Told) => void;
  #waiting: LogEntry[] = [];

  constructor(tell: (told: Told) => void) {
    this.#tell = tell;
  }

  event(entry: LogEntry, isCatchUp: boolean): void {
    if (!isCatchUp) return this.tell({ type: 'event', entry, isCatchUp });
    this.#waiting.push(entry);
    if (this.#waiting.length === 1) queueMicrotask(() => this.#flush());
  }

  caughtUp(conversationId: string, to: number): void {
    this.#flush(conversationId);
    this.#tell({ type: 'caughtUp', conversationId, to });
  }

  tell(told: Told): void {
    this.#flush();
    this.#tell(told);
  }

  /** @param caughtUp  the conversation whose events were rows that are different */
  #flush(caughtUp?: string): void {
    for (const entry of this.#waiting.splice(0))
      if (entry.conversationId === caughtUp) this.#tell({ type: 'learned', entry });
      else this.#tell({ type: 'event', entry, isCatchUp: true });
  }
}
