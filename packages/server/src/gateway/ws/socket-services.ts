import type { ParleyError, UserId } from '@parley/protocol';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../access/actor.js';
import type { Authenticator } from '../../access/authenticator.js';
import type { Cluster } from '../../db/cluster.js';
import type { ResumeState } from '../../eventlog/resume.js';
import type { Hub } from '../../fanout/hub.js';
import type { Execute } from '../../kernel/call.js';
import type { Registry } from '../../kernel/registry.js';
import type { Clock } from '../../lib/clock.js';
import type { Limiter } from '../../limits/limiter.js';
import type { Admission } from './admission.js';

/** What sockets need of the rest. */
export interface SocketServices {
  readonly hub: Hub;
  readonly authenticator: Pick<Authenticator, 'verify'>;
  readonly cluster: Cluster;
  readonly registry: Registry;
  readonly execute: Execute;
  readonly readResumeState: (resume: { actor: Actor; since: string | undefined }) => Promise<ResumeState>;
  /** Told of somebody on the way in; see `UserCheck`. */
  readonly arriving: (userId: UserId) => () => void;
  readonly toParleyError: (error: unknown) => ParleyError;
  readonly isOriginAllowed: (request: FastifyRequest) => boolean;
  readonly admission: Pick<Admission, 'enter'>;
  /** Told of a socket that is let in, which returns what to call when it is gone, and of what it calls. */
  readonly presence: { connected(actor: Actor): () => void; called(actor: Actor, operation: string): void };
  readonly limits: Pick<Limiter, 'countSocket' | 'countHello' | 'meterFrames' | 'refused'>;
  readonly clock: Clock;
  /** At least 0, below 1. */
  readonly random: () => number;
  readonly newId: () => string;
  readonly features: readonly string[];
  readonly heartbeatMs: number;
  readonly events: SocketEvents;
}

/** What is counted of sockets. */
export interface SocketEvents {
  /** A greeting or an upgrade was sent away with a time to come back. */
  readonly onRefused: (reason: 'admission' | 'draining') => void;
  /** A socket was cut because its peer read too slowly. */
  readonly onSlow: () => void;
  /** So many writes were given up for a slow peer. */
  readonly onDropped: (dropped: 'signal' | 'event', count: number) => void;
}
