/** Operations over HTTP, as their contracts say: path, query string, body, token, idempotency key, errors. */
import {
  type Input,
  type OperationName,
  type Output,
  ParleyError,
  type Route,
  routes,
} from '@parley/protocol/wire';
import type { GetToken } from './connection/get-token.js';
import { isRecord, parseJson } from './lib/json.js';
import { NetworkError } from './lib/network-error.js';
import { isSessionOver, toParleyError } from './lib/to-parley-error.js';
import type { Platform } from './platform/platform.js';

export interface HttpOptions {
  /** Of the server, without a slash at the end. */
  readonly url: string;
  readonly getToken: GetToken;
  readonly platform: Pick<Platform, 'fetch' | 'after'>;
}

export interface CallOptions {
  /** Gives up waiting. What was sent may still take effect. */
  readonly signal?: AbortSignal;
  /** Names the command for ever, where its input has no `id`; made when absent. */
  readonly opId?: string;
}

/**
 * Calls an operation.
 *
 * @throws {ParleyError} what the server answered
 * @throws {NetworkError} no answer, also none within 30 seconds
 */
export type HttpCall = <Name extends OperationName>(
  name: Name,
  input: Input<Name>,
  options?: CallOptions,
) => Promise<Output<Name>>;

const answerTimeoutMs = 30_000;

export function createHttpCall(options: HttpOptions): HttpCall {
  return async <Name extends OperationName>(name: Name, input: Input<Name>, call: CallOptions = {}) => {
    const request = buildRequest(routes[name], input, call.opId);
    const answer = await sendWithToken(options, {
      request,
      isOpen: routes[name].access === 'anyone',
      signal: call.signal,
    });
    // The contract's own type: the server answers what it declares.
    return answer as Output<Name>;
  };
}

interface Request {
  readonly path: string;
  readonly init: RequestInit & { readonly headers: Record<string, string> };
}

function buildRequest(route: Route, input: object, opId: string | undefined): Request {
  const [method = 'GET', template = ''] = route.rest.split(' ');
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined));
  const path = template.replace(/:(\w+)/g, (_, field: string) => {
    const value = String(rest.get(field));
    rest.delete(field);
    return encodeURIComponent(value);
  });
  const headers: Record<string, string> = opId === undefined ? {} : { 'idempotency-key': opId };
  if (method === 'GET') {
    const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)])).toString();
    return { path: query === '' ? path : `${path}?${query}`, init: { method, headers } };
  }
  if (rest.size === 0) return { path, init: { method, headers } };
  const body = JSON.stringify(Object.fromEntries(rest));
  return { path, init: { method, headers: { ...headers, 'content-type': 'application/json' }, body } };
}

interface Sending {
  readonly request: Request;
  readonly isOpen: boolean;
  readonly signal: AbortSignal | undefined;
}

/** A refused token is replaced once; a second refusal is the answer. */
async function sendWithToken(options: HttpOptions, sending: Sending): Promise<unknown> {
  if (sending.isOpen) return send(options, sending);
  const token = await options.getToken({});
  try {
    return await send(options, sending, token);
  } catch (error) {
    if (!isSessionOver(error)) throw error;
    return send(options, sending, await options.getToken({ rejectedToken: token }));
  }
}

async function send(
  { url, platform }: HttpOptions,
  { request, signal }: Sending,
  token?: string,
): Promise<unknown> {
  const deadline = openDeadline(platform, signal);
  try {
    const headers =
      token === undefined
        ? request.init.headers
        : { ...request.init.headers, authorization: `Bearer ${token}` };
    const init = { ...request.init, headers, signal: deadline.signal };
    const response = await platform.fetch(`${url}${request.path}`, init);
    const text = await response.text();
    if (!response.ok) throw refusal(response.status, text);
    return text === '' ? null : parseJson(text);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ParleyError) throw error;
    throw new NetworkError(`There was no answer from ${url}.`, { cause: error });
  } finally {
    deadline.close();
  }
}

/** A gateway in front of the server answers in its own words when it cannot reach it: that is a network error. */
function refusal(status: number, text: string): Error {
  const body = parseJson(text);
  if (isRecord(body) && isRecord(body['error'])) return toParleyError(body['error']);
  return new Error(`HTTP ${status} without an error of Parley`);
}

function openDeadline(platform: Pick<Platform, 'after'>, signal: AbortSignal | undefined) {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  const stop = platform.after(answerTimeoutMs, () => controller.abort());
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort);
  return {
    signal: controller.signal,
    close: () => {
      stop();
      signal?.removeEventListener('abort', abort);
    },
  };
}
