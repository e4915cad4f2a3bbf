/** What the parts of the test server share: the state, what is injected, and the way to those who are connected. */
import type { ParsedInput } from '@parley/protocol';
import {
  type ChatEvent,
  type ChatSignal,
  type ConversationId,
  type ErrorCode,
  type OperationName,
  type Operations,
  type Output,
  ParleyError,
  type SessionId,
  type TenantId,
  type UserId,
} from '@parley/protocol/wire';
import type { Contracts } from './contract.js';
import type { Log, State } from './state.js';

/** The tenant of a deployment that has only one: ids of direct conversations are computed with it. */
// A constant in canonical form is a tenant's id by definition.
export const tenantId = '00000000-0000-4000-8000-000000000001' as TenantId;

export interface World {
  /** Another one after a backup was restored. */
  state: State;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls back once after `ms`; returns its undoing. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly hub: Hub;
  /** Told where a link for a new password would be mailed. */
  readonly mail: (mail: Mail) => void;
}

/** What would be mailed: the token of a link for a new password. */
export interface Mail {
  readonly email: string;
  readonly token: string;
}

export interface Publication {
  readonly log: Log;
  readonly event: ChatEvent;
  /** For whom it is the last event. */
  readonly leaves?: readonly UserId[];
  readonly joins?: readonly UserId[];
  /** About a message some members may not see: nobody gets the event, all get the head. */
  readonly isWithheld?: boolean;
}

export interface SignalTo {
  readonly signal: ChatSignal;
  readonly to: 'members' | 'open' | readonly UserId[];
  readonly except?: readonly UserId[];
}

/** Connected and doing something, connected, or not. */
export type Sight = 'here' | 'idle' | 'gone';

/** Those who are connected. */
export interface Hub {
  publish(publication: Publication): void;
  signal(signal: SignalTo): void;
  /** Somebody's own log went on. */
  ownMoved(userId: UserId): void;
  sightOf(userId: UserId): Sight;
  /** Replaces whom a session looks at, while it has a socket. */
  watch(actor: Actor, userIds: readonly UserId[]): void;
  /** Somebody wants to be seen differently, or two people see each other differently: told to who looks. */
  restate(): void;
  /** Resolves when something happens to the actor, after `ms`, or when a newer wait of the session begins. Rejects when the server restarts. */
  wait(actor: Actor, wait: { readonly ms: number; readonly signal: AbortSignal | undefined }): Promise<void>;
}

export interface Actor {
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

/** What a handler gets of a call. */
export interface Call<Name extends OperationName> {
  readonly input: ParsedInput<Name>;
  readonly actor: Operations[Name]['access'] extends 'user' ? Actor : undefined;
  /** The command's name where its input has none. */
  readonly opId: string;
  readonly userAgent: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export type Handler<Name extends OperationName> = (call: Call<Name>) => Output<Name> | Promise<Output<Name>>;

type NamesOf<Feature extends keyof Contracts> = keyof Contracts[Feature]['operations'] & OperationName;

/** One handler for each operation of a feature's contract: one missing, or one too many, does not compile. */
export type HandlersOf<Feature extends keyof Contracts> = {
  readonly [Name in NamesOf<Feature>]: Handler<Name>;
};
export type Handlers = { readonly [Name in OperationName]: Handler<Name> };

/** Ends a call with an error of the table. */
export function refuse(code: ErrorCode, retryAfterMs?: number): never {
  throw new ParleyError(code, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** A time of the server: ISO 8601 with microseconds, later than every one before. */
export function stamp({ state, now }: World): string {
  state.lastMicros = Math.max(Math.floor(now()) * 1000, state.lastMicros + 1);
  const ms = Math.floor(state.lastMicros / 1000);
  return `${new Date(ms).toISOString().slice(0, -1)}${String(state.lastMicros % 1000).padStart(3, '0')}Z`;
}

/** A moment somebody gave, in the form of the server's times. */
export function toTime(moment: string | null): string | null {
  return moment === null ? null : moment.replace(/Z$/, '000Z');
}

export function isOver(time: string | null, now: number): boolean {
  return time !== null && Date.parse(time) <= now;
}

/** The conversation, for whoever is in it; `not_found` for everybody else, whether there is one or not. */
export function requireReadable(world: World, { userId }: Actor, conversationId: ConversationId) {
  const log = world.state.logs.get(conversationId);
  const member = log?.members.get(userId);
  if (log === undefined || log.state === 'deleted' || member?.status !== 'active') return refuse('not_found');
  return { log, member };
}
