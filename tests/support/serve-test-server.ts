/**
 * The in-memory server of `@parley/client-sdk/testing` behind a port, so that the suites which talk to a real one can talk to it: HTTP and WebSocket in front
 * of `fetch` and `openSocket`, with the limits on frames that belong to a transport and not to a server in memory.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTestServer, systemClock, type TestServer } from '@parley/client-sdk/testing';
import { closeCodes, limits } from '@parley/protocol/wire';
import { type WebSocket, WebSocketServer } from 'ws';

export interface ServedTestServer {
  /** `http://127.0.0.1:port`, without a slash at the end. */
  readonly url: string;
  /** To restart it, or to put a backup back. */
  readonly server: TestServer;
  readonly serverKey: string;
  /** Links for new passwords, as a real server prints them. */
  output(): string;
  close(): Promise<void>;
}

export async function serveTestServer(): Promise<ServedTestServer> {
  const serverKey = 'psk_of-the-test-server';
  let output = '';
  const server = createTestServer({
    ...systemClock,
    random: Math.random,
    serverKey,
    mail: ({ token }) => {
      output += `#token=${token}\n`;
    },
  });
  const http = createServer((request, response) => void answer(server, request, response));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.frameBytes,
    maxFragments: limits.frameFragments,
    perMessageDeflate: false,
  });
  http.on('upgrade', (request, stream, head) => {
    if (!isOwnOrigin(request.headers.origin))
      return stream.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    sockets.handleUpgrade(request, stream, head, (socket) => connect(server, socket));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // It listens on a port, not on a path.
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    serverKey,
    output: () => output,
    close: async () => {
      server.close();
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function answer(server: TestServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  // Without an encoding a request gives bytes.
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  const body = Buffer.concat(chunks);
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  const { method = 'GET', url = '/' } = request;
  try {
    const hasBody = body.length > 0 || headers.has('content-type');
    const given = await server.fetch(`http://127.0.0.1${url}`, {
      method,
      headers,
      signal: controller.signal,
      ...(hasBody ? { body: new Uint8Array(body) } : {}),
    });
    response.statusCode = given.status;
    given.headers.forEach((value, name) => void response.setHeader(name, value));
    response.end(Buffer.from(await given.arrayBuffer()));
  } catch {
    response.destroy();
  }
}

function connect(server: TestServer, socket: WebSocket): void {
  const session = server.openSocket('', {
    opened: () => {},
    received: (text) => socket.send(text),
    closed: (code, reason) =>
      code === 1006 || code === 1009 ? socket.terminate() : socket.close(code, reason),
  });
  socket.on('message', (data: Buffer, isBinary) => {
    if (!isBinary) return session.send(data.toString());
    session.close();
    socket.close(closeCodes.protocol.code, JSON.stringify({ reason: 'protocol' }));
  });
  // What `ws` refuses (too large, too many pieces, no UTF-8) it closes itself.
  socket.on('error', () => {});
  socket.on('close', () => session.close());
}

/** Pages of this machine only, as a server bound to loopback. */
function isOwnOrigin(origin: string | undefined): boolean {
  return origin === undefined || /^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(origin);
}
