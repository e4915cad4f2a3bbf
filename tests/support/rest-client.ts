import { type ErrorBody, type OperationName, routes } from '@parley/protocol/wire';
import type { Answer } from './answer.js';

export interface RestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body parsed, or undefined when it is not JSON. */
  readonly json: unknown;
}

export interface RestRequest {
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RestAnswer {
  readonly answer: Answer;
  readonly response: RestResponse;
}

/** REST with nothing between the test and the wire but `fetch`. Rejects only when there is no answer. */
export class RestClient {
  readonly #url: string;
  readonly #token: string | undefined;

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#token = token;
  }

  async request(method: string, path: string, request: RestRequest = {}): Promise<RestResponse> {
    const body = request.raw ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const headers = {
      ...(this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...request.headers,
    };
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  }

  /** An operation of the contract, by its route. */
  async call(operation: OperationName, input: object = {}, opId?: string): Promise<Answer> {
    return (await this.callInFull(operation, input, opId)).answer;
  }

  async callInFull(operation: OperationName, input: object = {}, opId?: string): Promise<RestAnswer> {
    const [method = '', template = ''] = routes[operation].rest.split(' ');
    const rest: Record<string, unknown> = { ...input };
    const path = template.replace(/:(\w+)/g, (_, name: string) => {
      const value = rest[name];
      Reflect.deleteProperty(rest, name);
      return encodeURIComponent(String(value));
    });
    const isQuery = method === 'GET';
    const response = await this.request(method, isQuery ? `${path}${queryString(rest)}` : path, {
      ...(isQuery || (method === 'DELETE' && Object.keys(rest).length === 0) ? {} : { body: rest }),
      headers: opId === undefined ? {} : { 'idempotency-key': opId },
    });
    return { response, answer: toAnswer(response) };
  }
}

/** A response as an answer; throws for one that is neither a success nor an error of the protocol. */
export function toAnswer({ status, text, json }: RestResponse): Answer {
  if (status === 204) return { ok: true, result: null };
  if (status < 300) return { ok: true, result: json };
  if (typeof json === 'object' && json !== null && 'error' in json && typeof json.error === 'object')
    // Its fields are what the conformance suite looks at.
    return { ok: false, error: json.error as ErrorBody };
  throw new Error(`not an answer of the protocol, status ${status}: ${text.slice(0, 500)}`);
}

function queryString(fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    if (value !== undefined) query.append(name, String(value));
  return query.size === 0 ? '' : `?${query}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
