/** The operations of the contract over HTTP: path, query string, body, token, key, errors. */
import type { Operation } from '@parley/protocol';
import { limits, type OperationName, ParleyError } from '@parley/protocol/wire';
import { operations, readOpId } from './contract.js';
import type { Execute } from './execute.js';
import { parseBytes } from './strict-json.js';
import { authenticate } from './tokens.js';
import { refuse, type World } from './world.js';

export interface RestOptions {
  readonly world: World;
  readonly execute: Execute;
  /** `psk_` and a secret: with which the deployment's own software calls. */
  readonly serverKey: string;
  /** Called once a call is carried out. */
  readonly settle: () => void;
}

/** As `fetch`. What a call changes has changed when it returns; the promise is for the answer. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

interface Route {
  readonly name: OperationName;
  readonly operation: Operation;
  readonly method: string;
  readonly segments: readonly string[];
}

interface Matched extends Route {
  readonly params: Readonly<Record<string, string>>;
}

const maxParamLength = 500;

export function createRest(options: RestOptions): Fetch {
  const { world, settle } = options;
  return async (url, init = {}) => {
    init.signal?.throwIfAborted();
    const method = (init.method ?? 'GET').toUpperCase();
    const address = new URL(url);
    const document = method === 'GET' ? documentAt(address.pathname) : undefined;
    if (document !== undefined) return respond(200, document);
    try {
      const { operation, ...call } = readCall(options, { method, address, init });
      const pending = options.execute({ operation, ...call });
      settle();
      const result = pending instanceof Promise ? await pending : pending;
      return respond(operation.status, operation.status === 204 ? undefined : result);
    } catch (error) {
      settle();
      if (!(error instanceof ParleyError)) throw error;
      const body = error.toBody(world.newId());
      return respond(error.status, { error: body }, body.retryAfterMs);
    }
  };
}

interface Incoming {
  readonly method: string;
  readonly address: URL;
  readonly init: RequestInit;
}

function readCall({ world, serverKey }: RestOptions, { method, address, init }: Incoming) {
  const matched = findRoute(method, address.pathname);
  const { operation } = matched;
  const headers = new Headers(init.headers);
  const body = method === 'GET' ? undefined : readBody(headers, init.body);
  const isOpen = operation.access === 'anyone';
  const { actor } = isOpen ? { actor: undefined } : authenticate(world, headers, serverKey);
  return {
    name: matched.name,
    operation,
    actor,
    isServer: !isOpen && actor === undefined,
    opId: operation.repeats === 'key' ? readKey(headers) : undefined,
    input: method === 'GET' ? fromQuery(matched, address.searchParams) : fromBody(matched, body),
    userAgent: headers.get('user-agent') ?? undefined,
    signal: init.signal ?? undefined,
  };
}

const routes: readonly Route[] = [...operations].map(([name, { operation }]) => {
  const [method = '', path = ''] = operation.rest.split(' ');
  // The names of the list are those of the contracts.
  return { name: name as OperationName, operation, method, segments: path.split('/').slice(1) };
});

/** The route of a path, whatever prefix stands before `/v1`; a word stands before a parameter. */
function findRoute(method: string, pathname: string): Matched {
  const segments = pathname
    .slice(pathname.indexOf('/v1/') + 1)
    .split('/')
    .map(decode);
  let best: Matched | undefined;
  for (const route of routes) {
    const params = route.method === method ? matchPath(route.segments, segments) : undefined;
    const words = (each: Route) => each.segments.map((part) => (part.startsWith(':') ? '1' : '0')).join('');
    if (params !== undefined && (best === undefined || words(route) < words(best)))
      best = { ...route, params };
  }
  return best ?? refuse('not_found');
}

function matchPath(template: readonly string[], segments: readonly string[]) {
  if (template.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of template.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith(':') && segment !== '' && segment.length <= maxParamLength)
      params[part.slice(1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return refuse('not_found');
  }
}

function readBody(headers: Headers, body: RequestInit['body']): unknown {
  const type = headers.get('content-type');
  if (type === null && (body === undefined || body === null)) return undefined;
  if (type !== null && !/^application\/json\b/i.test(type)) return refuse('unsupported_media_type');
  const bytes = toBytes(body);
  if (type === null && bytes.byteLength > 0) return refuse('unsupported_media_type');
  if (bytes.byteLength > limits.bodyBytes) return refuse('payload_too_large');
  return bytes.byteLength === 0 ? refuse('invalid_json') : parseBytes(bytes);
}

function toBytes(body: RequestInit['body']): Uint8Array {
  if (body === undefined || body === null) return new Uint8Array();
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof Uint8Array) return body;
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  return refuse('unsupported_media_type');
}

function fromBody({ params }: Matched, body: unknown): unknown {
  const fields = body ?? {};
  if (typeof fields !== 'object' || Array.isArray(fields) || body === null)
    return refuse('validation_failed');
  for (const name of Object.keys(params))
    if (Object.hasOwn(fields, name))
      throw new ParleyError('validation_failed', { details: [{ path: name, rule: 'belongs in the path' }] });
  return { ...fields, ...params };
}

/** A query string has only text: where the contract asks for a number or a truth, digits and `true` are one. */
function fromQuery({ operation, params }: Matched, query: URLSearchParams): unknown {
  const input: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    const values = query.getAll(name);
    const value = values.length === 1 ? values[0] : values;
    Object.defineProperty(input, name, { value, enumerable: true, writable: true, configurable: true });
  }
  Object.assign(input, params);
  for (const issue of operation.input.safeParse(input).error?.issues ?? []) {
    const [name] = issue.path;
    if (issue.code !== 'invalid_type' || typeof name !== 'string' || issue.path.length !== 1) continue;
    const text = input[name];
    if (typeof text !== 'string') continue;
    if (issue.expected === 'boolean' && /^(true|false)$/.test(text)) input[name] = text === 'true';
    if (issue.expected !== 'boolean' && /^\d{1,16}$/.test(text)) input[name] = Number(text);
  }
  return input;
}

function readKey(headers: Headers): string | undefined {
  const key = headers.get('idempotency-key');
  if (key === null) return undefined;
  const opId = readOpId(key);
  if (opId !== undefined) return opId;
  throw new ParleyError('validation_failed', { details: [{ path: 'Idempotency-Key', rule: 'a UUID' }] });
}

/** What stands beside the operations: whether the server is there, and the list of its routes. */
function documentAt(pathname: string): object | undefined {
  if (pathname.endsWith('/health')) return { status: 'ok' };
  if (pathname.endsWith('/ready')) return { status: 'ready', nodes: 'single' };
  if (!pathname.endsWith('/v1/openapi.json')) return undefined;
  const paths: Record<string, Record<string, object>> = {};
  for (const { name, operation, method, segments } of routes) {
    const path = `/${segments.map((part) => part.replace(/^:(\w+)$/, '{$1}')).join('/')}`;
    const described = { operationId: name, summary: operation.summary, responses: {} };
    paths[path] = { ...paths[path], [method.toLowerCase()]: described };
  }
  return { openapi: '3.1.0', info: { title: 'Parley, the test server', version: '0' }, paths };
}

function respond(status: number, body: unknown, retryAfterMs?: number): Response {
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(retryAfterMs / 1000)));
  if (typeof body === 'object' && body !== null && 'seq' in body) headers.set('parley-seq', String(body.seq));
  if (body === undefined) return new Response(null, { status, headers });
  headers.set('content-type', 'application/json; charset=utf-8');
  return new Response(JSON.stringify(body), { status, headers });
}
