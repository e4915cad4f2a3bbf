/**
 * Carries out what the machine of transition.ts decides: sockets, tokens, timers.
 *
 * One generation per attempt: whatever an older one still brings (a token, a frame, a close) is not heard. While online a socket without a
 * frame for two heartbeats counts as lost, and a token that can be read is renewed in band before it ends.
 */
import {
  type DownFrame,
  ParleyError,
  protocolVersion,
  type UpFrame,
  type WelcomeFrame,
} from '@parley/protocol/wire';
import { isSessionOver, toParleyError } from '../lib/to-parley-error.js';
import { createView, type View, type WritableView } from '../lib/view.js';
import type { Platform, Socket, SocketHandlers } from '../platform/platform.js';
import type { ConnectionState } from './connection-state.js';
import { expiryOf, parseDownFrame, retryAfterOf } from './frames.js';
import type { GetToken } from './get-token.js';
import { createTimers, type Timers } from './timers.js';
import {
  type ConnectionEffect,
  type ConnectionInput,
  initialMachine,
  type Machine,
  transition,
} from './transition.js';

export interface ConnectionOptions {
  /** Of the server, `https://chat.example.com`. */
  readonly url: string;
  readonly getToken: GetToken;
  readonly clientName: string | undefined;
  readonly platform: Platform;
  /** What the last welcome gave, to be told only what moved since. */
  readonly resume: () => { readonly epoch: string; readonly since: string } | undefined;
  /** Every frame but those the connection answers for itself; `welcome` before the state turns online. */
  readonly onFrame: (frame: DownFrame) => void;
}

/** Longer than a token and a handshake take on a bad line, shorter than a person waits. */
const welcomeTimeoutMs = 15_000;
const calmMs = 30_000;
const renewBeforeMs = 45_000;
const renewAgainMs = 10_000;
/** Timers of more than 24 days would be due at once. */
const renewAtLatestMs = 86_400_000;
const noCloseFrame = 1006;

export class Connection {
  readonly state: View<ConnectionState>;
  readonly #options: ConnectionOptions;
  readonly #view: WritableView<ConnectionState>;
  readonly #timers: Timers<'retry' | 'welcome' | 'silence' | 'calm' | 'renew'>;
  readonly #stopWatching: () => void;
  #machine: Machine = initialMachine;
  #generation = 0;
  #socket: Socket | undefined;
  #token = '';
  #heartbeatMs = 0;
  #lastFrameAt = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#view = createView<ConnectionState>(initialMachine.state, options.platform.reportError);
    this.state = this.#view;
    this.#timers = createTimers(options.platform);
    this.#stopWatching = options.platform.watch((type) => this.#input({ type }));
  }

  connect(): void {
    this.#input({ type: 'connect' });
  }

  close(): void {
    this.#input({ type: 'close' });
    this.#stopWatching();
  }

  /** Sends while online; false when the frame did not leave. */
  send(frame: UpFrame): boolean {
    if (this.#machine.state.status !== 'online') return false;
    this.#write(frame);
    return true;
  }

  #input(input: ConnectionInput): void {
    const { platform } = this.#options;
    const around = { now: platform.now(), random: platform.random(), isOffline: platform.isOffline() };
    const [machine, effects] = transition(this.#machine, input, around);
    this.#machine = machine;
    for (const effect of effects) this.#carryOut(effect);
    this.#view.set(machine.state);
  }

  #carryOut(effect: ConnectionEffect): void {
    switch (effect.type) {
      case 'drop':
        return this.#drop();
      case 'wait':
        return this.#timers.start('retry', effect.ms, () => this.#input({ type: 'retry' }));
      case 'watchCalm':
        return this.#timers.start('calm', calmMs, () => this.#input({ type: 'calm' }));
      case 'open':
        return void this.#open(effect.isTokenRefused);
      default:
        return effect satisfies never;
    }
  }

  #drop(): void {
    this.#generation += 1;
    this.#timers.stopAll();
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #open(isTokenRefused: boolean): Promise<void> {
    const generation = this.#generation;
    const { getToken, platform, url } = this.#options;
    this.#timers.start('welcome', welcomeTimeoutMs, () => this.#lose(noCloseFrame));
    try {
      this.#token = await getToken(isTokenRefused ? { rejectedToken: this.#token } : {});
    } catch (error) {
      if (generation === this.#generation) this.#tokenFailed(error);
      return;
    }
    if (generation !== this.#generation) return;
    try {
      this.#socket = platform.openSocket(
        `${url.replace(/^http/, 'ws')}/v1/socket`,
        this.#handlers(generation),
      );
    } catch (error) {
      // Browsers refuse some addresses on the spot, such as an unencrypted socket from an encrypted page.
      this.#lose(noCloseFrame, { refusal: error instanceof Error ? error : undefined });
    }
  }

  #handlers(generation: number): SocketHandlers {
    let refusal: Error | undefined;
    return {
      opened: () => this.#sayHello(),
      received: (text) => {
        if (generation !== this.#generation) return;
        const frame = parseDownFrame(text);
        if (frame?.type === 'error' && frame.id === undefined) refusal = toParleyError(frame.error);
        this.#receive(frame);
      },
      closed: (code, reason) => {
        if (generation === this.#generation) this.#lose(code, { reason, refusal });
      },
    };
  }

  /** Without a session there is nothing to try; everything else is a bad line or a bad moment of whoever gives tokens. */
  #tokenFailed(error: unknown): void {
    if (isSessionOver(error)) this.#input({ type: 'denied', error });
    else this.#lose(noCloseFrame, { refusal: error instanceof ParleyError ? error : undefined });
  }

  #lose(code: number, how: { readonly reason?: string; readonly refusal?: Error | undefined } = {}): void {
    const retryAfterMs =
      retryAfterOf(how.reason ?? '') ??
      (how.refusal instanceof ParleyError ? how.refusal.retryAfterMs : undefined);
    this.#input({
      type: 'lost',
      code,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(how.refusal === undefined ? {} : { error: how.refusal }),
    });
  }

  #sayHello(): void {
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
    this.#lastFrameAt = this.#options.platform.now();
    if (frame === undefined || frame.type === 'refreshed') return;
    if (frame.type === 'ping') return this.#write({ type: 'pong' });
    this.#options.onFrame(frame);
    if (frame.type === 'welcome') this.#welcome(frame);
  }

  #welcome({ heartbeatMs, userId }: WelcomeFrame): void {
    this.#timers.stop('welcome');
    this.#heartbeatMs = heartbeatMs;
    this.#watchSilence(2 * heartbeatMs);
    this.#renewInTime();
    this.#input({ type: 'welcome', userId });
  }

  /** One timer for many frames: it looks when the last one came and waits for the rest. */
  #watchSilence(ms: number): void {
    this.#timers.start('silence', ms, () => {
      const left = this.#lastFrameAt + 2 * this.#heartbeatMs - this.#options.platform.now();
      if (left > 0) this.#watchSilence(left);
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
    const generation = this.#generation;
    let token = this.#token;
    try {
      token = await this.#options.getToken({});
    } catch {
      // The token at hand serves until it ends.
    }
    if (generation !== this.#generation) return;
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
