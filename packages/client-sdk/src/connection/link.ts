/**
 * One socket, from the token it is opened with to its end.
 *
 *   opening --socket open--> greeting --welcome--> open --silence, close frame, close()--> ended
 *
 * - Whatever comes after the end (a token, a frame, a close) is not heard, and the end is told once; not at all after `close()`.
 * - A socket without a frame for 28 s (at a heartbeat of 15) counts as lost: before the server gives it up, so that no call is sent into nothing.
 * - A token that can be read is renewed in band before it ends.
 * - Calls are counted until they are answered, so that a socket can be let go of when nothing hangs on it.
 */
import {
  type DownFrame,
  type Head,
  ParleyError,
  protocolVersion,
  type UpFrame,
  type WelcomeFrame,
} from '@parley/protocol/wire';
import { isSessionOver, toParleyError } from '../lib/to-parley-error.js';
import type { Platform, Socket } from '../platform/platform.js';
import { expiryOf, parseDownFrame, retryAfterOf } from './frames.js';
import { createTimers, type Timers } from './timers.js';

export interface LinkOptions {
  /** Of the server, `https://chat.example.com`. */
  readonly url: string;
  readonly clientName: string | undefined;
  readonly platform: Platform;
  /** The token to say hello with. */
  readonly getToken: () => Promise<string>;
  /** A token to go on with; may be the same. */
  readonly renewToken: () => Promise<string>;
  readonly resume: () => { readonly epoch: string; readonly since: string } | undefined;
  readonly onWelcome: (welcome: WelcomeFrame, heads: readonly Head[]) => void;
  /** Frames after `welcome`. */
  readonly onFrame: (frame: DownFrame) => void;
  readonly onLost: (loss: Loss) => void;
}

export interface Loss {
  /** Of the close frame; 1006 where there was none. */
  readonly code: number;
  readonly retryAfterMs?: number;
  readonly error?: Error;
  /** There is no token to be had: nobody is signed in. */
  readonly isDenied: boolean;
  /** The calls that have no answer. */
  readonly calls: readonly string[];
}

/** Longer than a token and a handshake take on a bad line, shorter than a person waits. */
const welcomeTimeoutMs = 15_000;
const silentBeats = 28 / 15;
const renewBeforeMs = 45_000;
const renewAgainMs = 10_000;
/** Timers of more than 24 days would be due at once. */
const renewAtLatestMs = 86_400_000;
const noCloseFrame = 1006;

export class Link {
  readonly #options: LinkOptions;
  readonly #timers: Timers<'welcome' | 'silence' | 'renew'>;
  readonly #calls = new Set<string>();
  #state: 'opening' | 'greeting' | 'open' | 'ended' = 'opening';
  #heads: Head[] = [];
  #socket: Socket | undefined;
  #refusal: Error | undefined;
  #token = '';
  #silenceMs = 0;
  #lastFrameAt = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#timers = createTimers(options.platform);
    this.#timers.start('welcome', welcomeTimeoutMs, () => this.#lose(noCloseFrame));
    void this.#open();
  }

  /** Calls were sent that have no answer yet. */
  get hasCalls(): boolean {
    return this.#calls.size > 0;
  }

  /** Sends after `welcome`; false when the frame did not leave. */
  send(frame: UpFrame): boolean {
    if (this.#state !== 'open') return false;
    if (frame.type === 'call') this.#calls.add(frame.id);
    this.#write(frame);
    return true;
  }

  /** Ends it without a word. Gives the calls that have no answer. */
  close(): readonly string[] {
    this.#state = 'ended';
    this.#timers.stopAll();
    this.#socket?.close();
    return [...this.#calls];
  }

  async #open(): Promise<void> {
    const { getToken, platform, url } = this.#options;
    try {
      this.#token = await getToken();
    } catch (error) {
      return this.#tokenFailed(error);
    }
    if (this.#hasEnded()) return;
    try {
      this.#socket = platform.openSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, {
        opened: () => this.#sayHello(),
        received: (text) => this.#receive(parseDownFrame(text)),
        closed: (code, reason) => this.#lose(code, reason),
      });
    } catch (error) {
      // Browsers refuse some addresses on the spot, such as an unencrypted socket from an encrypted page.
      this.#refusal = error instanceof Error ? error : undefined;
      this.#lose(noCloseFrame);
    }
  }

  /** Without a session there is nothing to try; everything else is a bad line or a bad moment of whoever gives tokens. */
  #tokenFailed(error: unknown): void {
    this.#refusal = error instanceof ParleyError ? error : undefined;
    if (isSessionOver(error)) this.#end({ code: noCloseFrame, error, isDenied: true });
    else this.#lose(noCloseFrame);
  }

  #lose(code: number, reason = ''): void {
    const error = this.#refusal;
    const retryAfterMs =
      retryAfterOf(reason) ?? (error instanceof ParleyError ? error.retryAfterMs : undefined);
    this.#end({
      code,
      isDenied: false,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(error === undefined ? {} : { error }),
    });
  }

  #end(loss: Omit<Loss, 'calls'>): void {
    if (this.#hasEnded()) return;
    const calls = this.close();
    this.#options.onLost({ ...loss, calls });
  }

  #hasEnded(): boolean {
    return this.#state === 'ended';
  }

  #sayHello(): void {
    if (this.#state !== 'opening') return;
    this.#state = 'greeting';
    const { clientName } = this.#options;
    const resume = this.#options.resume();
    this.#write({
      type: 'hello',
      protocol: protocolVersion,
      token: this.#token,
      ...(clientName === undefined ? {} : { client: clientName }),
      ...(resume === undefined ? {} : { resume }),
    });
  }

  #receive(frame: DownFrame | undefined): void {
    if (this.#hasEnded()) return;
    this.#lastFrameAt = this.#options.platform.now();
    if (frame === undefined || frame.type === 'refreshed') return;
    if (frame.type === 'error' && frame.id === undefined) this.#refusal = toParleyError(frame.error);
    if (frame.type === 'ping') this.#write({ type: 'pong' });
    if (frame.type === 'result' || frame.type === 'error') this.#calls.delete(frame.id ?? '');
    if (this.#state === 'open') this.#options.onFrame(frame);
    else if (frame.type === 'heads') this.#heads.push(...frame.heads);
    else if (frame.type === 'welcome') this.#welcome(frame);
  }

  #welcome(welcome: WelcomeFrame): void {
    const heads = this.#heads;
    this.#heads = [];
    this.#state = 'open';
    this.#timers.stop('welcome');
    this.#silenceMs = Math.round(silentBeats * welcome.heartbeatMs);
    this.#watchSilence(this.#silenceMs);
    this.#renewInTime();
    this.#options.onWelcome(welcome, heads);
  }

  /** One timer for many frames: it looks when the last one came and waits for the rest. */
  #watchSilence(ms: number): void {
    this.#timers.start('silence', ms, () => {
      const left = this.#lastFrameAt + this.#silenceMs - this.#options.platform.now();
      // The device's clock was set back: of the silence nothing is known.
      if (left > this.#silenceMs) this.#lastFrameAt = this.#options.platform.now();
      if (left > 0) this.#watchSilence(Math.min(left, this.#silenceMs));
      else this.#lose(noCloseFrame);
    });
  }

  #renewInTime(): void {
    const expiry = expiryOf(this.#token);
    if (expiry === undefined) return;
    const leftMs = expiry - renewBeforeMs - this.#options.platform.now();
    const ms = Math.min(renewAtLatestMs, Math.max(renewAgainMs, leftMs));
    this.#timers.start('renew', ms, () => void this.#renew());
  }

  /** A renewal that fails is tried again; when all fail the server closes the socket, and the next attempt says why. */
  async #renew(): Promise<void> {
    let token = this.#token;
    try {
      token = await this.#options.renewToken();
    } catch {
      // The token at hand serves until it ends.
    }
    if (this.#hasEnded()) return;
    if (token !== this.#token) {
      this.#token = token;
      this.#write({ type: 'refresh', token });
    }
    this.#renewInTime();
  }

  #write(frame: UpFrame): void {
    this.#socket?.send(JSON.stringify(frame));
  }
}
