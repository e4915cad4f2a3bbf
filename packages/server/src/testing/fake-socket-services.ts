import { type ConversationId, ParleyError, type SessionId } from '@parley/protocol';
import { type Actor, defaultTenantId } from '../access/actor.js';
import type { ResumeState } from '../eventlog/resume.js';
import { Connection } from '../gateway/ws/connection.js';
import type { SocketServices } from '../gateway/ws/socket-services.js';
import type { Call } from '../kernel/call.js';
import type { RegisteredOperation } from '../kernel/registry.js';
import { createFakeClock, type FakeClock } from './fake-clock.js';
import type { FakeSocket } from './fake-socket.js';
import { newUserId } from './seed.js';

export interface FakeSocketServices extends SocketServices {
  readonly clock: FakeClock;
  readonly actor: Actor;
  /** What was counted, in order. */
  readonly counted: string[];
  /** Calls under way, oldest first. */
  readonly calls: { readonly call: Call; resolve(result: unknown): void; reject(error: unknown): void }[];
}

/** Tokens are `good`, ending in a minute, and `stranger`, somebody else's; the one operation is `echo`. */
export function createFakeServices(
  hub: SocketServices['hub'],
  overrides: Partial<SocketServices> & { readonly memberships?: readonly ConversationId[] } = {},
): FakeSocketServices {
  const clock = createFakeClock();
  const actor: Actor = { tenantId: defaultTenantId, userId: newUserId(), sessionId: 'session' as SessionId };
  const calls: FakeSocketServices['calls'] = [];
  const counted: string[] = [];
  const heads = new Map((overrides.memberships ?? []).map((id) => [id, 1]));
  const state: ResumeState = { ...emptyState, since: 'since', heads, memberships: heads };
  return {
    hub,
    actor,
    calls,
    clock,
    counted,
    random: () => 0.5,
    admission: {
      enter: () => ({ verdict: Promise.resolve({ type: 'admitted' as const }), done: () => {} }),
    },
    events: {
      onRefused: (reason) => void counted.push(`refused ${reason}`),
      onSlow: () => void counted.push('slow'),
      onDropped: (dropped, count) => void counted.push(`dropped ${count} ${dropped}`),
    },
    authenticator: {
      verify: async (token) => {
        if (token === 'expired') throw new ParleyError('token_expired');
        if (token !== 'good' && token !== 'stranger') throw new ParleyError('token_invalid');
        const userId = token === 'good' ? actor.userId : newUserId();
        return { actor: { ...actor, userId }, expiresAt: clock.now() + 60_000 };
      },
    },
    cluster: { epoch: 'epoch', systemIdentifier: 'system', timeline: 1 },
    limits: {
      countSocket: () => {},
      countHello: async () => {},
      meterFrames: () => undefined,
      refused: (rule) => void counted.push(`limited ${rule}`),
    },
    registry: {
      // Sessions hand the operation on without a look into it.
      operations: new Map([['echo', { name: 'echo' } as unknown as RegisteredOperation]]),
      includes: { users: async () => ({}), me: nobody, conversation: nobody },
      entryLoaders: new Map(),
      features: [],
    },
    execute: (call) => new Promise((resolve, reject) => calls.push({ call, resolve, reject })),
    readResumeState: async () => state,
    arriving: () => () => {},
    toParleyError: (error) =>
      error instanceof ParleyError ? error : new ParleyError('internal', { cause: error }),
    presence: { connected: () => () => {}, called: () => {} },
    isOriginAllowed: () => true,
    newId: () => 'request',
    features: ['messages'],
    heartbeatMs: 15_000,
    ...overrides,
  } as FakeSocketServices;
}

/** A connection over a fake socket, as the server makes it. */
export function connectFake(services: SocketServices, { socket, stream }: FakeSocket): Connection {
  const { clock, hub, events } = services;
  return new Connection({ socket, stream, clock, headOf: hub.headOf.bind(hub), ...events });
}

function nobody(): Promise<never> {
  return Promise.reject(new ParleyError('not_found'));
}

/** Of somebody who is in no conversation and changed nothing about themselves. */
export const emptyState: ResumeState = {
  isSessionLive: true,
  since: 's',
  heads: new Map(),
  memberships: new Map(),
  gone: [],
  userSeq: 0,
  hasOwnMoved: false,
};
