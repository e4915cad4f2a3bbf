/**
 * Requests nobody sends by accident. What is wrong within a well-formed request is in http.suite.ts and invalid.suite.ts; here HTTP itself is bent, or
 * something is hidden in places where servers forget to look.
 */
export interface RawRequest {
  readonly what: string;
  /** The request as bytes. `token` is one of a member, `path` of a conversation of theirs. */
  readonly bytes: (scene: RawScene) => string;
  /** Statuses that are an honest answer; an empty list: the connection may also just be closed. */
  readonly statuses: readonly number[];
}

export interface RawScene {
  readonly token: string;
  readonly conversationId: string;
  /** Must not turn up in the log. */
  readonly planted: string;
}

const lines = (...parts: readonly string[]) => `${parts.join('\r\n')}\r\n\r\n`;
const host = 'Host: localhost';
const close = 'Connection: close';
const bearer = ({ token }: RawScene) => `Authorization: Bearer ${token}`;

function post(scene: RawScene, body: string, headers: readonly string[] = []): string {
  const head = lines(
    `POST /v1/conversations/${scene.conversationId}/messages HTTP/1.1`,
    host,
    bearer(scene),
    close,
    ...(headers.length > 0 ? headers : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
  );
  return head + body;
}

const get = (path: string, ...headers: readonly string[]) =>
  lines(`GET ${path} HTTP/1.1`, host, close, ...headers);

export const rawRequests: readonly RawRequest[] = [
  { what: 'TRACE', bytes: () => lines('TRACE / HTTP/1.1', host, close), statuses: [400, 404, 405] },
  { what: 'a method that is none', bytes: () => lines('FOO / HTTP/1.1', host, close), statuses: [400] },
  {
    what: 'a method in a header',
    bytes: (scene) => get('/v1/users/me', bearer(scene), 'X-HTTP-Method-Override: DELETE'),
    statuses: [200],
  },
  {
    what: 'two lengths at once',
    bytes: (scene) =>
      post(scene, '0\r\n\r\n', [
        'Content-Type: application/json',
        'Content-Length: 5',
        'Transfer-Encoding: chunked',
      ]),
    statuses: [400],
  },
  {
    what: 'a length that is none',
    bytes: (scene) => post(scene, '{}', ['Content-Type: application/json', 'Content-Length: -2']),
    statuses: [400],
  },
  {
    what: 'a body shorter than it says',
    bytes: (scene) => post(scene, '{', ['Content-Type: application/json', 'Content-Length: 100']),
    statuses: [],
  },
  {
    what: 'a body said to be zipped',
    bytes: (scene) =>
      post(scene, '{}', ['Content-Type: application/json', 'Content-Encoding: gzip', 'Content-Length: 2']),
    statuses: [400, 415],
  },
  {
    what: 'a content type with a charset of old',
    bytes: (scene) =>
      post(scene, '{}', ['Content-Type: application/json; charset=utf-7', 'Content-Length: 2']),
    statuses: [400, 415],
  },
  {
    what: 'a header of 20 KB',
    bytes: () => get('/health', `X-Long: ${'a'.repeat(20_000)}`),
    statuses: [431],
  },
  {
    what: '2,500 headers',
    bytes: () => get('/health', ...Array.from({ length: 2500 }, (_, index) => `X-${index}: 1`)),
    statuses: [200, 431],
  },
  { what: 'no host', bytes: () => lines('GET /health HTTP/1.1', close), statuses: [400] },
  { what: 'a line that is no header', bytes: () => get('/health', 'no colon here'), statuses: [400] },
  {
    what: 'two tokens',
    bytes: (scene) => get('/v1/users/me', bearer(scene), 'Authorization: Bearer another'),
    statuses: [400, 401],
  },
  {
    what: 'a token in the address',
    bytes: ({ token, planted }) => get(`/v1/users/me?access_token=${token}&note=${planted}`),
    statuses: [400, 401],
  },
  {
    what: 'a token of 100 KB',
    bytes: () => get('/v1/users/me', `Authorization: Bearer ${'a'.repeat(100_000)}`),
    statuses: [431],
  },
  {
    what: 'an Idempotency-Key of 10 KB',
    bytes: (scene) =>
      post(scene, '{}', [
        'Content-Type: application/json',
        'Content-Length: 2',
        `Idempotency-Key: ${'k'.repeat(10_000)}`,
      ]),
    statuses: [400],
  },
  {
    what: 'a path that climbs',
    bytes: (scene) => get('/v1/users/../../../etc/passwd', bearer(scene)),
    statuses: [404],
  },
  {
    what: 'a path that climbs in disguise',
    bytes: (scene) => get('/v1/%2e%2e%2f%2e%2e%2fetc/passwd', bearer(scene)),
    statuses: [404],
  },
  { what: 'a path with two slashes', bytes: (scene) => get('//v1/users/me', bearer(scene)), statuses: [404] },
  { what: 'a NUL in the path', bytes: (scene) => get('/v1/users/%00', bearer(scene)), statuses: [400, 404] },
  {
    what: 'a whole address as path',
    bytes: (scene) => lines('GET http://elsewhere.example/v1/users/me HTTP/1.1', host, close, bearer(scene)),
    statuses: [200, 400, 404],
  },
  {
    what: 'words in a query that no route knows',
    bytes: ({ planted }) => get(`/v1/nothing?q=${planted}`),
    statuses: [404],
  },
  {
    what: 'words in a body that breaks off',
    bytes: (scene) => post(scene, `{"content":"${scene.planted}`),
    statuses: [400],
  },
  {
    what: 'words in a log-in that fails',
    bytes: ({ planted }) => {
      const body = JSON.stringify({ login: planted, password: planted });
      return `${lines('POST /v1/auth/login HTTP/1.1', host, close, 'Content-Type: application/json', `Content-Length: ${body.length}`)}${body}`;
    },
    statuses: [401],
  },
  {
    what: 'an upgrade to something else',
    bytes: (scene) =>
      get('/v1/users/me', bearer(scene), 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'),
    statuses: [200, 400],
  },
  {
    what: 'an upgrade without a key',
    bytes: () =>
      lines(
        'GET /v1/socket HTTP/1.1',
        host,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
      ),
    statuses: [400],
  },
  {
    what: 'an upgrade of another version',
    bytes: () =>
      lines(
        'GET /v1/socket HTTP/1.1',
        host,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 7',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ),
    statuses: [400, 426],
  },
  {
    what: 'an upgrade by a page of elsewhere',
    bytes: () =>
      lines(
        'GET /v1/socket HTTP/1.1',
        host,
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Origin: https://app.example.evil.example',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ),
    statuses: [403],
  },
];
