import type { Socket } from 'node:net';
import fastifyWebsocket, { type WebsocketPluginOptions } from '@fastify/websocket';
import { limits, ParleyError } from '@parley/protocol';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { addressKey } from '../../limits/address-key.js';
import { Connection } from './connection.js';
import { drain } from './drain.js';
import { SocketSession } from './session.js';
import type { SocketServices } from './socket-services.js';

export interface SocketRouteOptions {
  /**
   * How long sockets have to move to another node when this one stops, in milliseconds. 0 sends them away at once. Fastify refuses requests while it
   * closes unless the app was made with `return503OnClosing: false`.
   */
  readonly drainMs: number;
}

/** The socket endpoint, `GET /v1/socket`. Sockets are told to move, or to come back, when the server closes. */
export async function registerSocket(
  app: FastifyInstance,
  services: SocketServices,
  { drainMs }: SocketRouteOptions,
): Promise<void> {
  if (!app.hasDecorator('websocketServer')) await app.register(fastifyWebsocket, webSocketOptions);
  const sockets = new Sockets(services);
  const stopBeat = services.clock.every(services.heartbeatMs, () => sockets.beat());
  app.addHook('preClose', async () => {
    sockets.isDraining = true;
    await drain(sockets, drainMs, services.clock);
    stopBeat();
  });
  app.route({
    method: 'GET',
    url: '/v1/socket',
    // Runs before the upgrade: a page of a foreign origin never gets a socket, nor does an address that opens too many.
    preValidation: async (request) => {
      if (!services.isOriginAllowed(request)) throw new ParleyError('origin_not_allowed');
      services.limits.countSocket(addressKey(request.ip));
    },
    handler: () => {
      throw new ParleyError('not_found');
    },
    wsHandler: (socket, request) =>
      sockets.add(socket, { stream: request.raw.socket, address: addressKey(request.ip) }),
  });
}

/** The sockets of this node. */
class Sockets {
  readonly #services: SocketServices;
  readonly #sessions = new Map<SocketSession, Connection>();
  #onEmpty = () => {};
  /** New sockets are sent away. */
  isDraining = false;

  constructor(services: SocketServices) {
    this.#services = services;
  }

  size(): number {
    return this.#sessions.size;
  }

  add(socket: WebSocket, { stream, address }: { readonly stream: Socket; readonly address: string }): void {
    const { clock, hub, events } = this.#services;
    const headOf = hub.headOf.bind(hub);
    const connection = new Connection({ socket, stream, clock, headOf, ...events });
    const session = new SocketSession(this.#services, connection, address);
    this.#sessions.set(session, connection);
    socket.on('message', (data: Buffer, isBinary: boolean) => session.receive(data, isBinary));
    socket.on('ping', () => session.pinged());
    socket.on('close', () => {
      this.#sessions.delete(session);
      session.closed();
      connection.closed();
      if (this.#sessions.size === 0) this.#onEmpty();
    });
    if (!this.isDraining) return;
    // Whoever sends sockets here has not noticed yet that this node is not ready any more.
    events.onRefused('draining');
    connection.close('going_away', { retryAfterMs: this.#retryAfterMs() });
  }

  beat(): void {
    for (const session of this.#sessions.keys()) session.beat();
  }

  onEmpty(callback: () => void): void {
    this.#onEmpty = callback;
  }

  moveAway(withinMs: number): void {
    for (const session of this.#sessions.keys()) session.moveAway(withinMs, this.#retryAfterMs());
  }

  sendAway(): void {
    for (const connection of this.#sessions.values())
      connection.close('going_away', { retryAfterMs: this.#retryAfterMs() });
  }

  cut(): void {
    for (const connection of this.#sessions.values()) connection.terminate();
  }

  #retryAfterMs(): number {
    return Math.round(500 + this.#services.random() * 1500);
  }
}

const webSocketOptions: WebsocketPluginOptions = {
  options: {
    maxPayload: limits.frameBytes,
    maxFragments: limits.frameFragments,
    perMessageDeflate: false,
    clientTracking: false,
  },
  preClose: (done) => done(),
  // A frame that is too large or no text is the peer's mistake, and not worth a stack in the log each time.
  errorHandler: (error, socket, request) => {
    request.log.debug({ reason: error.message }, 'socket ended');
    socket.terminate();
  },
};
