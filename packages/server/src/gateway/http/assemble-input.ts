import { ParleyError } from '@parley/protocol';
import type { FastifyRequest } from 'fastify';

export interface InputShape {
  readonly method: string;
  readonly params: readonly string[];
  readonly numeric: ReadonlySet<string>;
  readonly boolean: ReadonlySet<string>;
}

/** Puts together what the socket sends as one object: the path's parameters, and the query string of a GET or the body otherwise. */
export function assembleInput(request: FastifyRequest, shape: InputShape): unknown {
  const rest = shape.method === 'GET' ? fromQuery(request.query, shape) : fromBody(request.body);
  const params = asRecord(request.params);
  for (const name of shape.params)
    if (Object.hasOwn(rest, name))
      throw new ParleyError('validation_failed', { details: [{ path: name, rule: 'belongs in the path' }] });
  return { ...rest, ...params };
}

function fromQuery(query: unknown, shape: InputShape): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(asRecord(query)).map(([name, value]) => [
      name,
      typeof value === 'string' ? readText(name, value, shape) : value,
    ]),
  );
}

function readText(name: string, text: string, { numeric, boolean }: InputShape): unknown {
  // Digits only, as many as an exact integer has: `1e1`, ` 10` and `0x10` stay text, which the schema refuses.
  if (numeric.has(name) && /^\d{1,16}$/.test(text)) return Number(text);
  if (boolean.has(name) && /^(true|false)$/.test(text)) return text === 'true';
  return text;
}

function fromBody(body: unknown): Record<string, unknown> {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new ParleyError('validation_failed');
  return asRecord(body);
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
