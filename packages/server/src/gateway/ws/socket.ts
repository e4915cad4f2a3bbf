import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyWebsocket from '@fastify/websocket';
import { limits, ParleyError } from '@parley/protocol';
import type { Actor } from '../../access/actor.js';
import type { Tokens } from '../../access/tokens.js';
import type { Cluster } from '../../db/cluster.js';
import type { ResumeState } from '../../eventlog/resume.js';
import type { Hub } from '../../fanout/hub.js';
import { encodeTextFrame } from '../../fanout/text-frame.js';
import type { Execute } from '../../kernel/execute.js';
import type { Registry } from '../../kernel/registry.js';
import type { Clock } from '../../lib/clock.js';
import { Connection } from './connection.js';
import { SocketSession } from './session.js';

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

/** The socket endpoint, `GET /v1/socket`. Sockets are told to come back when the server closes. */
export async function registerSocket(app: FastifyInstance, services: SocketServices): Promise<void> {
  if (!app.hasDecorator('websocketServer')) await app.register(fastifyWebsocket, { options: socketOptions, preClose: (done) => done() });
  const sessions = new Map<SocketSession, Connection>();
  let onEmpty = () => {};
  const ping = encodeTextFrame(JSON.stringify({ type: 'ping' }));
  const stopBeat = services.clock.every(services.heartbeatMs, () => {
    for (const session of sessions.keys()) session.beat(ping);
  });
  app.addHook('preClose', async () => {
    stopBeat();
    for (const connection of sessions.values()) connection.close('going_away', { retryAfterMs: 500 });
    await new Promise<void>((resolve) => {
      if (sessions.size === 0) return resolve();
      onEmpty = resolve;
      services.clock.after(closeTimeoutMs, resolve);
    });
    for (const connection of sessions.values()) connection.terminate();
  });
  app.route({
    method: 'GET',
    url: '/v1/socket',
    // Runs before the upgrade: a page of a foreign origin never gets a socket.
    preValidation: async (request) => {
      if (!services.isOriginAllowed(request)) throw new ParleyError('origin_not_allowed');
    },
    handler: () => {
      throw new ParleyError('not_found');
    },
    wsHandler: (socket, request) => {
      const connection = new Connection(socket, request.raw.socket);
      const session = new SocketSession(services, connection);
      sessions.set(session, connection);
      socket.on('message', (data: Buffer, isBinary: boolean) => session.receive(data, isBinary));
      socket.on('error', () => connection.terminate());
      socket.on('close', () => {
        sessions.delete(session);
        session.closed();
        if (sessions.size === 0) onEmpty();
      });
    },
  });
}

/** How long peers have to answer the close before they are cut. */
const closeTimeoutMs = 1000;

const socketOptions = {
  maxPayload: limits.frameBytes,
  maxFragments: limits.frameFragments,
  perMessageDeflate: false,
  clientTracking: false,
};
