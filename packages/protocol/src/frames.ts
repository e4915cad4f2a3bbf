/**
 * Every frame on the socket, as JSON text. PROTOCOL.md tells the same for a human.
 *
 * Up: `hello` once and first; then `call`, `refresh`, `pong` in any order. Down: `heads` and `welcome` once; then `result` or `error`
 * for every call, `event` for what happens, `ping` to be answered with `pong`. Events of one conversation come in the order of their seq; a hole
 * means that something was dropped and is to be fetched.
 */
import type { ChatEvent } from './contracts.js';
import type { ErrorBody } from './errors.js';
import type { ConversationId, SessionId, UserId } from './ids.js';

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

export interface RefreshFrame {
  readonly type: 'refresh';
  readonly token: string;
}

export interface PongFrame {
  readonly type: 'pong';
}

export type UpFrame = HelloFrame | CallFrame | RefreshFrame | PongFrame;

/** `[conversation, seq of its latest entry]`; a seq of -1 tells that one is no longer a member. */
export type Head = readonly [conversationId: ConversationId, seq: number];

export interface HeadsFrame {
  readonly type: 'heads';
  readonly heads: readonly Head[];
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

export interface RefreshedFrame {
  readonly type: 'refreshed';
}

export interface PingFrame {
  readonly type: 'ping';
}

export type DownFrame =
  | HeadsFrame
  | WelcomeFrame
  | ResultFrame
  | ErrorFrame
  | EventFrame
  | RefreshedFrame
  | PingFrame;
