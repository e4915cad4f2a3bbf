/**
 * The life of a socket: greeting -> entering -> open -> closed.
 *
 * - greeting: the first frame must be `hello`, within five seconds and 4 KiB.
 * - entering: it waits for its turn (admission.ts), then its heads are read. The hub records meanwhile, so nothing falls between.
 * - open: calls are carried out in the order they came; each gets one answer. Bad frames get typed errors and the socket stays; twenty in a row end it.
 *   Frames above the rule `frames` get `rate_limited` and the socket stays; ten seconds of it end it.
 * - closed: by the peer, by silence for two heartbeats, by a token that ended half a minute ago, or by the server going away.
 */
import {
  type ConversationId,
  limits,
  ParleyError,
  protocolVersion,
  supportedVersions,
} from '@parley/protocol';
import type { AccessToken } from '../../access/tokens.js';
import type { Subscriber } from '../../fanout/subscriber.js';
import type { FrameMeter } from '../../limits/frame-meter.js';
import type { Ticket } from './admission.js';
import type { Connection } from './connection.js';
import { dispatchCall } from './dispatch.js';
import { FrameError, type ParsedFrame, parseFrame } from './parse-frame.js';
import type { SocketServices } from './socket-services.js';

const helloTimeoutMs = 5000;
const maxBadFrames = 20;
const tokenGraceMs = 30_000;
const floodPauseMs = 5000;

type Phase =
  | { readonly name: 'greeting'; readonly stopTimer: () => void }
  | { readonly name: 'entering'; readonly ticket: Ticket }
  | { readonly name: 'open'; readonly subscriber: Subscriber; readonly leave: () => void; token: AccessToken }
  | { readonly name: 'closed' };
type Open = Extract<Phase, { name: 'open' }>;
type Hello = Extract<ParsedFrame, { type: 'hello' }>;

export class SocketSession {
  readonly #services: SocketServices;
  readonly #connection: Connection;
  readonly #address: string | undefined;
  readonly #meter: FrameMeter | undefined;
  #phase: Phase;
  /** Ends what only waits for this socket. */
  readonly #left = new AbortController();
  #badFrames = 0;
  #inFlight = 0;
  #lastFrameAt: number;

  /** @param address  of the peer, as rates are counted */
  constructor(services: SocketServices, connection: Connection, address?: string) {
    this.#services = services;
    this.#connection = connection;
    this.#address = address;
    this.#meter = services.limits.meterFrames();
    this.#lastFrameAt = services.clock.now();
    const stopTimer = services.clock.after(helloTimeoutMs, () => connection.close('unauthorized'));
    this.#phase = { name: 'greeting', stopTimer };
  }

  /** A message from the peer. */
  receive(bytes: Buffer, isBinary: boolean): void {
    this.#lastFrameAt = this.#services.clock.now();
    if (isBinary) return this.#connection.close('protocol');
    if (this.#phase.name === 'greeting' && bytes.byteLength > limits.helloBytes)
      return this.#connection.close('protocol');
    const retryAfterMs = this.#count(this.#lastFrameAt);
    let frame: ParsedFrame;
    try {
      frame = parseFrame(bytes);
    } catch (error) {
      return this.#refuse(error);
    }
    this.#badFrames = 0;
    if (retryAfterMs === undefined) this.#handle(frame);
    else if (frame.type !== 'pong')
      this.#answerError(
        new ParleyError('rate_limited', { retryAfterMs }),
        frame.type === 'call' ? frame.id : undefined,
      );
  }

  /** The peer pinged; `ws` has answered. */
  pinged(): void {
    this.#count(this.#services.clock.now());
  }

  /** Called once a heartbeat: closes a silent peer and one whose token has ended, pings the others with what they should know. */
  beat(): void {
    const now = this.#services.clock.now();
    if (now - this.#lastFrameAt > 2 * this.#services.heartbeatMs) return this.#connection.terminate();
    if (this.#phase.name !== 'open') return;
    if (now > this.#phase.token.expiresAt + tokenGraceMs) return this.#connection.close('unauthorized');
    const { hub } = this.#services;
    const { subscriber } = this.#phase;
    // A digest would count events that were given up for this socket or left out; their heads are still to come.
    if (this.#connection.owesHeads || hub.owesHead(subscriber)) this.#connection.send({ type: 'ping' });
    else this.#connection.send({ type: 'ping', digest: hub.digest(subscriber) });
  }

  /** Asks the peer to move to another socket within the time. One that has not been let in yet is sent away at once. */
  moveAway(withinMs: number, retryAfterMs: number): void {
    if (this.#phase.name === 'open') this.#connection.send({ type: 'going_away', withinMs });
    else this.#connection.close('going_away', { retryAfterMs });
  }

  /** The socket is gone. */
  closed(): void {
    this.#left.abort();
    if (this.#phase.name === 'greeting') this.#phase.stopTimer();
    if (this.#phase.name === 'entering') this.#phase.ticket.done();
    if (this.#phase.name === 'open') {
      this.#services.hub.disconnect(this.#phase.subscriber);
      this.#phase.leave();
    }
    this.#phase = { name: 'closed' };
  }

  /** Counts a frame. For one too many, after how long to come again; who sends too many for long is cut off. */
  #count(now: number): number | undefined {
    const verdict = this.#meter?.count(now);
    if (verdict === undefined || verdict.type === 'within') return undefined;
    this.#services.limits.refused('frames');
    if (verdict.type === 'flood') this.#connection.close('rate_limited', { retryAfterMs: floodPauseMs });
    return verdict.retryAfterMs;
  }

  #handle(frame: ParsedFrame): void {
    const phase = this.#phase;
    if (phase.name === 'closed') return;
    if (frame.type === 'pong') return;
    if (frame.type === 'hello') {
      if (phase.name !== 'greeting') return this.#refuse(new ParleyError('already_authenticated'));
      phase.stopTimer();
      const ticket = this.#services.admission.enter();
      this.#phase = { name: 'entering', ticket };
      void this.#wait(frame, ticket);
      return;
    }
    if (phase.name !== 'open') return this.#connection.close('unauthorized');
    if (frame.type === 'refresh') void this.#refresh(phase, frame.token);
    else if (frame.type === 'open') this.#setOpen(phase, frame.conversationIds);
    else this.#call(phase, frame);
  }

  async #wait(hello: Hello, ticket: Ticket): Promise<void> {
    const verdict = await ticket.verdict;
    if (verdict.type === 'admitted') await this.#enter(hello);
    else if (verdict.type === 'refused') {
      this.#services.events.onRefused('admission');
      this.#connection.close('admission', { retryAfterMs: verdict.retryAfterMs });
    }
    ticket.done();
  }

  async #enter(hello: Hello): Promise<void> {
    if (!supportedVersions.includes(hello.protocol)) return this.#connection.close('unsupported_version');
    const recording = this.#services.hub.record();
    let arrived = (): void => {};
    try {
      const token = await this.#services.authenticator.verify(hello.token);
      const { actor } = token;
      await this.#services.limits.countHello(actor);
      arrived = this.#services.arriving(actor.userId);
      const since = hello.resume?.epoch === this.#services.cluster.epoch ? hello.resume.since : undefined;
      const state = await this.#services.readResumeState({ actor, since });
      if (!state.isSessionLive) throw new ParleyError('session_revoked');
      // The peer may have left while we read.
      if (this.#phase.name !== 'entering' || !this.#connection.isOpen) return recording.discard();
      this.#connection.sendHeads([
        ...state.heads,
        ...state.gone.map((id): [ConversationId, number] => [id, -1]),
      ]);
      this.#connection.send({
        type: 'welcome',
        protocol: protocolVersion,
        userId: actor.userId,
        sessionId: actor.sessionId,
        epoch: this.#services.cluster.epoch,
        since: state.since,
        userSeq: state.userSeq,
        features: this.#services.features,
        heartbeatMs: this.#services.heartbeatMs,
      });
      const subscriber = this.#connection.asSubscriber(actor, state.userSeq);
      this.#phase = { name: 'open', subscriber, leave: this.#services.presence.connected(actor), token };
      recording.admit(subscriber, state.memberships);
      this.#replaceOldest(subscriber);
    } catch (error) {
      recording.discard();
      this.#refuseEntry(error);
    } finally {
      arrived();
    }
  }

  #replaceOldest({ userId }: Subscriber): void {
    const ofUser = [...this.#services.hub.subscribersOf(userId)];
    for (const oldest of ofUser.slice(0, Math.max(0, ofUser.length - limits.socketsPerUser)))
      oldest.close('replaced');
  }

  #setOpen(phase: Open, conversationIds: readonly ConversationId[]): void {
    if (conversationIds.length > limits.openConversations)
      return this.#refuse(new ParleyError('too_many_items'));
    this.#services.hub.setOpen(phase.subscriber, conversationIds);
  }

  /** Browsers cannot read a refused upgrade, so what a client must understand comes as an error frame and a close code. */
  #refuseEntry(error: unknown): void {
    const answer = this.#services.toParleyError(error);
    this.#connection.send({ type: 'error', error: answer.toBody(this.#services.newId()) });
    if (answer.code === 'session_revoked') this.#connection.close('session_revoked');
    else if (answer.status === 401) this.#connection.close('unauthorized');
    else if (answer.code === 'rate_limited')
      this.#connection.close('rate_limited', { retryAfterMs: answer.retryAfterMs ?? 1000 });
    else this.#connection.close('going_away', { retryAfterMs: answer.retryAfterMs ?? 1000 });
  }

  async #refresh(phase: Open, text: string): Promise<void> {
    try {
      const token = await this.#services.authenticator.verify(text);
      const isSame =
        token.actor.userId === phase.token.actor.userId &&
        token.actor.tenantId === phase.token.actor.tenantId;
      if (!isSame) throw new ParleyError('token_invalid');
      phase.token = token;
      this.#connection.send({ type: 'refreshed' });
    } catch (error) {
      this.#refuse(error);
    }
  }

  #call(phase: Open, frame: Extract<ParsedFrame, { type: 'call' }>): void {
    if (this.#inFlight >= limits.inFlight)
      return this.#refuse(new ParleyError('too_many_inflight', { retryAfterMs: 100 }), frame.id);
    this.#inFlight += 1;
    this.#services.presence.called(phase.token.actor, frame.operation);
    const answered = dispatchCall(this.#services, phase.token.actor, {
      frame,
      abortSignal: this.#left.signal,
      address: this.#address,
    });
    void answered.then((answer) => {
      this.#inFlight -= 1;
      this.#connection.send(answer);
    });
  }

  #answerError(error: unknown, id: string | undefined): void {
    this.#connection.send({
      type: 'error',
      ...(id === undefined ? {} : { id }),
      error: this.#services.toParleyError(error).toBody(this.#services.newId()),
    });
  }

  #refuse(error: unknown, callId?: string): void {
    this.#answerError(error, callId ?? (error instanceof FrameError ? error.callId : undefined));
    if (this.#phase.name === 'greeting') return this.#connection.close('unauthorized');
    this.#badFrames += 1;
    if (this.#badFrames >= maxBadFrames) this.#connection.close('protocol');
  }
}
