/**
 * The life of a socket: greeting -> open -> closed.
 *
 * - What comes up is carried out at once, in its order; what goes down is heard in the turns after it, in its order, and never from inside `send`.
 * - The first frame is `hello`, within five seconds. Unreadable frames are answered and the socket stays; twenty in a row end it.
 * - Nothing is heard of a socket after either side closed it.
 */
import {
  type CloseName,
  closeCodes,
  type DownFrame,
  limits,
  ParleyError,
  protocolVersion,
  supportedVersions,
  utf8Length,
} from '@parley/protocol/wire';
import type { Socket, SocketHandlers } from '../platform/platform.js';
import { featureNames, frameSchemas } from './contract.js';
import { type Execute, findOperation, toParleyError } from './execute.js';
import type { Sockets, Subscriber } from './hub.js';
import { readResume } from './resume.js';
import { parseText } from './strict-json.js';
import { type AccessToken, verifyToken } from './tokens.js';
import type { World } from './world.js';

export interface SessionOptions {
  readonly world: World;
  readonly hub: Sockets;
  readonly execute: Execute;
  readonly heartbeatMs: number;
  /** Called when it is gone. */
  readonly onEnd: (session: SocketSession) => void;
}

const helloTimeoutMs = 5000;
const maxBadFrames = 20;
const tokenGraceMs = 30_000;
/** What the WebSocket protocol itself says of a frame that is too large, and of an end without a close frame. */
const tooLarge = 1009;
const noCloseFrame = 1006;

type Phase =
  | { readonly name: 'greeting'; readonly stopTimer: () => void }
  | { readonly name: 'open'; readonly subscriber: Subscriber; token: AccessToken }
  | { readonly name: 'closed' };
type Open = Extract<Phase, { name: 'open' }>;

export class SocketSession implements Socket {
  readonly #options: SessionOptions;
  readonly #handlers: SocketHandlers;
  #phase: Phase;
  #isHeard = true;
  #badFrames = 0;
  #inFlight = 0;
  #lastFrameAt: number;

  constructor(options: SessionOptions, handlers: SocketHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    this.#lastFrameAt = options.world.now();
    const stopTimer = options.world.after(helloTimeoutMs, () => this.#close('unauthorized'));
    this.#phase = { name: 'greeting', stopTimer };
    this.#tell(() => handlers.opened());
  }

  /** A frame of the client. */
  send = (text: string): void => {
    if (this.#phase.name === 'closed') return;
    this.#lastFrameAt = this.#options.world.now();
    const bytes = utf8Length(text);
    if (bytes > limits.frameBytes) return this.#end(tooLarge, '');
    if (this.#phase.name === 'greeting' && bytes > limits.helloBytes) return this.#close('protocol');
    let frame: UpFrame;
    try {
      frame = readFrame(text);
    } catch (error) {
      return this.#refuse(error);
    }
    this.#badFrames = 0;
    this.#handle(frame);
  };

  /** The client goes. */
  close = (): void => {
    this.#isHeard = false;
    this.#end(noCloseFrame, '');
  };

  /** The connection is gone without a word. */
  cut(): void {
    this.#end(noCloseFrame, '');
  }

  /** Asks the client to move to another socket. */
  moveAway(withinMs: number): void {
    if (this.#phase.name === 'open') this.#write({ type: 'going_away', withinMs });
    else this.#close('going_away');
  }

  /** Called once a heartbeat. */
  beat(): void {
    const { world, hub, heartbeatMs } = this.#options;
    if (world.now() - this.#lastFrameAt > 2 * heartbeatMs) return this.cut();
    if (this.#phase.name !== 'open') return;
    if (world.now() > this.#phase.token.expiresAt + tokenGraceMs) return this.#close('unauthorized');
    const digest = hub.digestOf(this.#phase.subscriber);
    this.#write(digest === undefined ? { type: 'ping' } : { type: 'ping', digest });
  }

  #handle(frame: UpFrame): void {
    const phase = this.#phase;
    if (phase.name === 'closed' || frame.type === 'pong') return;
    if (frame.type === 'hello') {
      if (phase.name === 'open') return this.#refuse(new ParleyError('already_authenticated'));
      phase.stopTimer();
      return this.#enter(frame);
    }
    if (phase.name !== 'open') return this.#close('unauthorized');
    if (frame.type === 'refresh') this.#refresh(phase, frame.token);
    else if (frame.type === 'call') this.#call(phase, frame);
    else if (frame.conversationIds.length > limits.openConversations)
      this.#refuse(new ParleyError('too_many_items'));
    else this.#options.hub.setOpen(phase.subscriber, new Set(frame.conversationIds));
  }

  #enter({ protocol, token: text, resume }: Extract<UpFrame, { type: 'hello' }>): void {
    const { world, hub, heartbeatMs } = this.#options;
    if (!supportedVersions.includes(protocol)) return this.#close('unsupported_version');
    let token: AccessToken;
    try {
      token = verifyToken(world, text);
    } catch (error) {
      return this.#refuseEntry(toParleyError(error));
    }
    const { actor } = token;
    const { epoch } = world.state;
    const known = readResume(world.state, actor.userId, resume?.epoch === epoch ? resume.since : undefined);
    const heads = [...known.heads, ...known.gone.map((id) => [id, -1] as const)];
    for (let from = 0; from < heads.length; from += 1000)
      this.#write({ type: 'heads', heads: heads.slice(from, from + 1000) });
    this.#write({
      type: 'welcome',
      protocol: protocolVersion,
      userId: actor.userId,
      sessionId: actor.sessionId,
      epoch,
      since: known.since,
      userSeq: known.userSeq,
      features: featureNames,
      heartbeatMs,
    });
    const subscriber: Subscriber = {
      actor,
      open: new Set(),
      write: (frame) => this.#write(frame),
      close: (name) => this.#close(name),
    };
    this.#phase = { name: 'open', subscriber, token };
    hub.connect(subscriber);
  }

  /** Browsers cannot read a refused upgrade, so what a client must understand comes as an error frame and a close code. */
  #refuseEntry(error: ParleyError): void {
    this.#writeError(error);
    this.#close(error.code === 'session_revoked' ? 'session_revoked' : 'unauthorized');
  }

  #refresh(phase: Open, text: string): void {
    try {
      const token = verifyToken(this.#options.world, text);
      if (token.actor.userId !== phase.token.actor.userId) throw new ParleyError('token_invalid');
      phase.token = token;
      this.#write({ type: 'refreshed' });
    } catch (error) {
      this.#refuse(error);
    }
  }

  #call(phase: Open, { id, operation, input, opId }: Extract<UpFrame, { type: 'call' }>): void {
    if (this.#inFlight >= limits.inFlight)
      return this.#refuse(new ParleyError('too_many_inflight', { retryAfterMs: 100 }), id);
    const { execute, hub } = this.#options;
    const { actor } = phase.token;
    hub.called(actor.userId, operation);
    try {
      const result = execute({ ...findOperation(operation), input, actor, isServer: false, opId });
      if (result instanceof Promise) void this.#await(id, result);
      else this.#write({ type: 'result', id, result });
    } catch (error) {
      this.#writeError(toParleyError(error), id);
    }
    hub.endDead();
  }

  /** Only what waits is answered later. */
  async #await(id: string, pending: Promise<unknown>): Promise<void> {
    this.#inFlight += 1;
    try {
      this.#write({ type: 'result', id, result: await pending });
    } catch (error) {
      if (error instanceof ParleyError) this.#writeError(error, id);
    } finally {
      this.#inFlight -= 1;
    }
  }

  #refuse(error: unknown, callId?: string): void {
    const id = callId ?? (error instanceof FrameError ? error.callId : undefined);
    this.#writeError(toParleyError(error), id);
    if (this.#phase.name === 'greeting') return this.#close('unauthorized');
    this.#badFrames += 1;
    if (this.#badFrames >= maxBadFrames) this.#close('protocol');
  }

  #writeError(error: ParleyError, id?: string): void {
    const body = error.toBody(this.#options.world.newId());
    this.#write({ type: 'error', ...(id === undefined ? {} : { id }), error: body });
  }

  #write(frame: DownFrame): void {
    if (this.#phase.name === 'closed') return;
    const text = JSON.stringify(frame);
    this.#tell(() => this.#handlers.received(text));
  }

  #close(name: CloseName): void {
    this.#end(closeCodes[name].code, JSON.stringify({ reason: name }));
  }

  #end(code: number, reason: string): void {
    const phase = this.#phase;
    if (phase.name === 'closed') return;
    this.#phase = { name: 'closed' };
    if (phase.name === 'greeting') phase.stopTimer();
    else this.#options.hub.disconnect(phase.subscriber);
    this.#options.onEnd(this);
    this.#tell(() => {
      this.#isHeard = false;
      this.#handlers.closed(code, reason);
    });
  }

  #tell(callback: () => void): void {
    queueMicrotask(() => {
      if (this.#isHeard) callback();
    });
  }
}

type UpFrame =
  | NonNullable<ReturnType<(typeof frameSchemas)[keyof typeof frameSchemas]['safeParse']>['data']>
  | { readonly type: 'pong' };

/** A frame that cannot be read, with the id of the call it would have been. */
class FrameError extends ParleyError {
  readonly callId: string | undefined;

  constructor(code: 'invalid_frame' | 'unknown_type', callId: string | undefined) {
    super(code);
    this.callId = callId;
  }
}

function readFrame(text: string): UpFrame {
  const value = parseText(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new FrameError('invalid_frame', undefined);
  const { type, id }: { readonly type?: unknown; readonly id?: unknown } = value;
  const callId = typeof id === 'string' && id.length <= 64 ? id : undefined;
  if (type === 'pong') return { type };
  if (typeof type !== 'string') throw new FrameError('invalid_frame', callId);
  if (type !== 'hello' && type !== 'call' && type !== 'open' && type !== 'refresh')
    throw new FrameError('unknown_type', callId);
  const result = frameSchemas[type].safeParse(value);
  if (!result.success) throw new FrameError('invalid_frame', callId);
  return result.data;
}
