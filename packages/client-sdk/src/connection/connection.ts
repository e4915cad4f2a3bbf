/**
 * Carries out what the machine of transition.ts decides: sockets and timers.
 *
 * There is one socket in use. While the connection moves there is another beside it, first the next one on its way to `welcome`, then the one before until
 * its calls are answered. Frames of both are handed on: whoever reads events passes over those it had before.
 */
import {
  type ConversationId,
  type DownFrame,
  type Head,
  limits,
  type UpFrame,
  type WelcomeFrame,
} from '@parley/protocol/wire';
import { createView, type View, type WritableView } from '../lib/view.js';
import type { Platform } from '../platform/platform.js';
import type { ConnectionState } from './connection-state.js';
import type { GetToken } from './get-token.js';
import { Link, type Loss } from './link.js';
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
  /**
   * Before the state turns online, and when another socket takes over: then `isBeside` is true, because the one before still brings events. `heads` are
   * those the server told before it.
   */
  readonly onWelcome: (welcome: WelcomeFrame, heads: readonly Head[], isBeside: boolean) => void;
  /** Every frame after `welcome` but those the connection answers for itself. */
  readonly onFrame: (frame: DownFrame) => void;
  /** The socket in use says how far its conversations should be known: the digest of their heads. */
  readonly onDigest: (digest: number) => void;
  /** A socket that was not in use any more ended before it answered these calls. */
  readonly onCallsLost: (ids: readonly string[]) => void;
}

const calmMs = 30_000;

export class Connection {
  readonly state: View<ConnectionState>;
  readonly #options: ConnectionOptions;
  readonly #view: WritableView<ConnectionState>;
  readonly #timers: Timers<'retry' | 'calm' | 'move'>;
  readonly #stopWatching: () => void;
  #machine: Machine = initialMachine;
  #current: Link | undefined;
  #next: Link | undefined;
  #retiring: Link | undefined;
  #token = '';
  #open: readonly ConversationId[] = [];

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
    return this.#machine.state.status === 'online' && this.#current?.send(frame) === true;
  }

  /** Tells the server which conversations are looked at, now and after every welcome. More than it takes are left out from the end. */
  setOpen(conversationIds: readonly ConversationId[]): void {
    this.#open = conversationIds.slice(0, limits.openConversations);
    this.send({ type: 'open', conversationIds: this.#open });
  }

  /** Greets anew on another socket, then lets go of this one. What `resume` gives decides how much is told. */
  renew(): void {
    this.#input({ type: 'moveAway', withinMs: 0 });
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
        this.#current = this.#link(effect.isTokenRefused);
        return;
      case 'waitToMove':
        return this.#timers.start('move', effect.ms, () => this.#input({ type: 'move' }));
      case 'openBeside':
        this.#next = this.#link(false);
        return;
      case 'switch':
        return this.#switch();
      case 'dropRetired':
        return this.#dropRetired();
      default:
        return effect satisfies never;
    }
  }

  #drop(): void {
    this.#timers.stopAll();
    for (const link of [this.#current, this.#next, this.#retiring]) link?.close();
    this.#current = undefined;
    this.#next = undefined;
    this.#retiring = undefined;
  }

  #switch(): void {
    this.#retiring = this.#current;
    this.#current = this.#next;
    this.#next = undefined;
  }

  #dropRetired(): void {
    const calls = this.#retiring?.close() ?? [];
    this.#retiring = undefined;
    if (calls.length > 0) this.#options.onCallsLost(calls);
  }

  #link(isTokenRefused: boolean): Link {
    const { url, clientName, platform, resume } = this.#options;
    const rejectedToken = this.#token;
    const link: Link = new Link({
      url,
      clientName,
      platform,
      resume,
      getToken: () => this.#getToken(isTokenRefused ? { rejectedToken } : {}),
      renewToken: () => this.#getToken({}),
      onWelcome: (welcome, heads) => this.#welcome(welcome, heads),
      onFrame: (frame) => this.#receive(link, frame),
      onLost: (loss) => this.#lost(link, loss),
    });
    return link;
  }

  async #getToken(request: Parameters<GetToken>[0]): Promise<string> {
    this.#token = await this.#options.getToken(request);
    return this.#token;
  }

  #welcome(welcome: WelcomeFrame, heads: readonly Head[]): void {
    this.#options.onWelcome(welcome, heads, this.#machine.move.step === 'opening');
    this.#input({ type: 'welcome', userId: welcome.userId });
    if (this.#open.length > 0) this.send({ type: 'open', conversationIds: this.#open });
    this.#retireIdle();
  }

  #receive(link: Link, frame: DownFrame): void {
    if (frame.type === 'ping') {
      // While two sockets bring events, each is ahead of what the other one knows.
      const isAlone = link === this.#current && this.#machine.move.step !== 'retiring';
      if (isAlone && frame.digest !== undefined) this.#options.onDigest(frame.digest);
    } else if (frame.type === 'going_away') {
      if (link === this.#current) this.#input({ type: 'moveAway', withinMs: frame.withinMs });
    } else {
      this.#options.onFrame(frame);
      this.#retireIdle();
    }
  }

  /** The old socket goes when it has answered everything. */
  #retireIdle(): void {
    if (this.#retiring === undefined || this.#retiring.hasCalls) return;
    this.#dropRetired();
    this.#input({ type: 'retired' });
  }

  #lost(link: Link, { code, retryAfterMs, error, isDenied, calls }: Loss): void {
    const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
    if (link === this.#next) {
      this.#next = undefined;
      this.#input({ type: 'besideLost', ...wait });
    } else if (link === this.#retiring) {
      this.#retiring = undefined;
      this.#input({ type: 'retired' });
      if (calls.length > 0) this.#options.onCallsLost(calls);
    } else if (isDenied && error !== undefined) this.#input({ type: 'denied', error });
    else this.#input({ type: 'lost', code, ...wait, ...(error === undefined ? {} : { error }) });
  }
}
