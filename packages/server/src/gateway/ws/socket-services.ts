import type { ParleyError } from '@parley/protocol';
import type { FastifyRequest } from 'fastify';
import type { Actor } from '../../access/actor.js';
import type { Tokens } from '../../access/tokens.js';
import type { Cluster } from '../../db/cluster.js';
import type { ResumeState } from '../../eventlog/resume.js';
import type { Hub } from '../../fanout/hub.js';
import type { Execute } from '../../kernel/execute.js';
import type { Registry } from '../../kernel/registry.js';
import type { Clock } from '../../lib/clock.js';

/** What sockets need of the rest. */
export interface SocketServices {
  readonly hub: Hub;
  readonly tokens: Tokens;
  readonly cluster: Cluster;
  readonly registry: Registry;
  readonly execute: Execute;
  readonly readResumeState: (resume: { actor: Actor; since: string | undefined }) => Promise<ResumeState>;
  readonly toParleyError: (error: unknown) => ParleyError;
  readonly isOriginAllowed: (request: FastifyRequest) => boolean;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly features: readonly string[];
  readonly heartbeatMs: number;
}
