import type { TestServer } from '../support/start-server.js';

/** One start of the server, up to its end. */
export interface Life {
  readonly url: string;
  /** Resolves when this server is no longer to be called. */
  readonly over: Promise<void>;
}

/**
 * Where clients find the server while it is killed and started: they ask for the life there is, use it until it breaks, and wait for
 * the next one.
 */
export class Site {
  #life: Promise<Life>;
  #announce: (life: Life) => void = () => {};
  #end: () => void = () => {};
  #acknowledge: () => void = () => {};
  #isClosing = false;

  constructor() {
    this.#life = this.#expect();
  }

  /** No new work is begun from here on; what was begun is brought to its end. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  close(): void {
    this.#isClosing = true;
  }

  /** The life there is, or the next one. */
  life(): Promise<Life> {
    return this.#life;
  }

  /** A server is up. Resolves with the first acknowledgement it gives. */
  rise(server: TestServer): Promise<void> {
    const over = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    const acknowledged = new Promise<void>((resolve) => {
      this.#acknowledge = resolve;
    });
    this.#announce({ url: server.url, over });
    return acknowledged;
  }

  /** The server is about to die. */
  fall(): void {
    this.#life = this.#expect();
    this.#end();
  }

  /** Somebody got an acknowledgement. */
  acknowledged(): void {
    this.#acknowledge();
  }

  #expect(): Promise<Life> {
    return new Promise((resolve) => {
      this.#announce = resolve;
    });
  }
}
