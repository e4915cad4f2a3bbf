import fastifyWebsocket from '@fastify/websocket';
import { limits, ParleyError } from '@parley/protocol';
import type { FastifyInstance } from 'fastify';
import { encodeTextFrame } from '../../fanout/text-frame.js';
import { Connection } from './connection.js';
import { SocketSession } from './session.js';
import type { SocketServices } from './socket-services.js';

/** The socket endpoint, `GET /v1/socket`. Sockets are told to come back when the server closes. */
export async function registerSocket(app: FastifyInstance, services: SocketServices): Promise<void> {
  if (!app.hasDecorator('websocketServer'))
    await app.register(fastifyWebsocket, {
      options: socketOptions,
      preClose: (done) => done(),
      // A frame that is too large or no text is the peer's mistake, and not worth a stack in the log each time.
      errorHandler: (error, socket, request) => {
        request.log.debug({ reason: error.message }, 'socket ended');
        socket.terminate();
      },
    });
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
