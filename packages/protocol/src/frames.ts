/**
 * Every frame on the socket, as JSON text. PROTOCOL.md tells the same for a human.
 *
 * Up: `hello` once and first; then `call`, `open`, `refresh`, `pong` in any order. Down: `heads` and `welcome` once; then `result` or `error`
 * for every call, `event` for what happens, `signal` for what passes, `heads` where events were left out, `head` in their place where a lot happens
 * and nobody looks, `own_head` when one's own log went on, `ping` to be answered with `pong`, and `going_away` when another socket is to be opened. Events of one conversation come in the order of their seq; a hole means that something was
 * dropped and is to be fetched.
 */
import type { ChatEvent, ChatSignal } from './contracts.js';
import type { ErrorBody } from './errors.js';
import type { ConversationId, SessionId, UserId } from './ids.js';
import type { Message } from './resources/message.js';

export interface HelloFrame {
  readonly type: 'hello';
  readonly protocol: number;
  readonly token: string;
  /** Name and version of the client, for the server's log. */
  readonly client?: string;
  /** What the last `welcome` gave; without it every conversation's head is told. */
  readonly resume?: { readonly epoch: string; readonly since: string };
}

export interface CallFrame {
  readonly type: 'call';
  /** Chosen by the client, unique among its calls under way; comes back in the answer. */
  readonly id: string;
  readonly operation: string;
  readonly input?: unknown;
  /** Names the command for ever, where its input has no `id`. */
  readonly opId?: string;
}

/** The conversations somebody looks at now; replaces the whole set of this socket, which begins empty. */
export interface OpenFrame {
  readonly type: 'open';
  readonly conversationIds: readonly ConversationId[];
}

export interface RefreshFrame {
  readonly type: 'refresh';
  readonly token: string;
}

export interface PongFrame {
  readonly type: 'pong';
}

export type UpFrame = HelloFrame | CallFrame | OpenFrame | RefreshFrame | PongFrame;

/** `[conversation, seq of its latest entry]`; a seq of -1 tells that one is no longer a member. */
export type Head = readonly [conversationId: ConversationId, seq: number];

/** Before `welcome` a part of what it tells; after it, where events of these conversations were left out. */
export interface HeadsFrame {
  readonly type: 'heads';
  readonly heads: readonly Head[];
}

/** At most once a second, in the place of the events of a busy conversation that this socket does not have open. */
export interface HeadFrame {
  readonly type: 'head';
  readonly conversationId: ConversationId;
  /** Of the latest entry. */
  readonly seq: number;
  /** Of the latest message of the conversation itself; null while this server has seen none since it follows the conversation. */
  readonly ord: number | null;
  /** The ords of messages of the conversation itself that were deleted since the last head frame. */
  readonly deletedOrds: readonly number[];
  /** The latest message of the conversation itself, if it came or changed its text since the last head frame. */
  readonly lastMessage: Message | null;
}

export interface WelcomeFrame {
  readonly type: 'welcome';
  readonly protocol: number;
  readonly userId: UserId;
  readonly sessionId: SessionId | null;
  /** Identity of the history: when it differs from what a client holds, what it holds is stale. */
  readonly epoch: string;
  /** Opaque; show it in the next `hello`. */
  readonly since: string;
  /** The seq of the latest entry of one's own log; 0 before the first. */
  readonly userSeq: number;
  /** What this server can do, by the names of its contracts. Send nothing beyond. */
  readonly features: readonly string[];
  /** The server pings this often; no frame for twice as long means that the connection is dead. */
  readonly heartbeatMs: number;
}

export interface ResultFrame {
  readonly type: 'result';
  readonly id: string;
  readonly result: unknown;
}

export interface ErrorFrame {
  readonly type: 'error';
  /** The call's; absent when the frame had none that could be read. */
  readonly id?: string;
  readonly error: ErrorBody;
}

export interface EventFrame {
  readonly type: 'event';
  readonly event: ChatEvent;
}

/** May be lost: what it tells is told again, or ends by itself. */
export interface SignalFrame {
  readonly type: 'signal';
  readonly signal: ChatSignal;
}

/** One's own log goes so far: read what is missing by `listOwnChanges`. Told once for several entries where they come quickly. */
export interface OwnHeadFrame {
  readonly type: 'own_head';
  readonly seq: number;
}

export interface RefreshedFrame {
  readonly type: 'refreshed';
}

export interface PingFrame {
  readonly type: 'ping';
  /** The digest of the heads this socket should know, uint32; absent while the server owes it some. */
  readonly digest?: number;
}

/** The server stops soon: open another socket within the time, at a moment of your own choice, then close this one. */
export interface GoingAwayFrame {
  readonly type: 'going_away';
  readonly withinMs: number;
}

export type DownFrame =
  | HeadsFrame
  | HeadFrame
  | WelcomeFrame
  | ResultFrame
  | ErrorFrame
  | EventFrame
  | SignalFrame
  | OwnHeadFrame
  | RefreshedFrame
  | PingFrame
  | GoingAwayFrame;
