import { type Access, type ErrorCode, errorTable, type Operation } from '@parley/protocol';
import type { RegisteredOperation, Registry } from '../../kernel/registry.js';
import { inputSchema, type JsonSchema, outputSchema, routeOf } from './operation-schema.js';

/** The API as an OpenAPI 3.1 document, derived from the contracts. */
export function createOpenApi(registry: Registry, version: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const registered of registry.operations.values()) {
    const { method, url } = routeOf(registered.operation);
    const path = url.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describeOperation(registered) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version,
      description:
        'The REST side of the Parley chat server. Every operation can be called on the socket as well, by its operationId; see PROTOCOL.md of @parley/protocol.',
    },
    tags: registry.features.map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        serverKey: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A server key, `psk_` and its secret. With the header `Parley-User` and the id of somebody it acts as them, for every operation that takes an access token.',
        },
      },
      schemas: { Error: errorSchema },
    },
  };
}

const securityOf = {
  anyone: [],
  user: [{ accessToken: [] }],
  server: [{ serverKey: [] }],
} as const satisfies Record<Access, unknown>;

function describeOperation({ name, feature, operation }: RegisteredOperation): Record<string, unknown> {
  const { method, params } = routeOf(operation);
  const input = inputSchema(operation);
  const isQuery = method === 'GET';
  return {
    operationId: name,
    tags: [feature],
    summary: operation.summary,
    security: securityOf[operation.access],
    parameters: [
      ...parameters(input, params, 'path'),
      ...(isQuery
        ? parameters(
            input,
            namesOf(input).filter((field) => !params.includes(field)),
            'query',
          )
        : []),
      ...(operation.repeats === 'key' ? [idempotencyKey] : []),
    ],
    ...(isQuery ? {} : body(input, params)),
    responses: responses(operation),
  };
}

function parameters(input: JsonSchema, names: readonly string[], place: 'path' | 'query'): unknown[] {
  return names.map((name) => ({
    name,
    in: place,
    required: place === 'path' || input.required?.includes(name) === true,
    schema: input.properties?.[name] ?? { type: 'string' },
  }));
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', format: 'uuid' },
  description: 'Names the command: sent again with the same key, it has one effect and the same answer.',
};

function body(input: JsonSchema, params: readonly string[]): Record<string, unknown> {
  const variants = input.oneOf ?? input.anyOf;
  const schema = variants === undefined ? without(input, params) : { ...input };
  if (variants === undefined && namesOf(schema).length === 0) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema } } } };
}

function without(input: JsonSchema, params: readonly string[]): JsonSchema {
  const properties = Object.fromEntries(
    Object.entries(input.properties ?? {}).filter(([name]) => !params.includes(name)),
  );
  const required = input.required?.filter((name) => !params.includes(name)) ?? [];
  return { ...input, properties, ...(required.length > 0 ? { required } : { required: [] }) };
}

function namesOf(input: JsonSchema): string[] {
  return Object.keys(input.properties ?? {});
}

function responses(operation: Operation): Record<string, unknown> {
  const success =
    operation.status === 204
      ? { description: 'Done.' }
      : { description: 'Success.', content: { 'application/json': { schema: outputSchema(operation) } } };
  const common: ErrorCode[] = ['validation_failed', 'rate_limited', 'unavailable'];
  const codes: ErrorCode[] = [
    ...common,
    ...(operation.access === 'anyone' ? [] : (['token_invalid', 'token_expired'] as const)),
    ...operation.errors,
  ];
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of new Set(codes)) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const errors = [...byStatus].map(([status, list]) => [
    String(status),
    {
      description: list.map((code) => `\`${code}\`: ${errorTable[code].message}`).join(' '),
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    },
  ]);
  return { [String(operation.status)]: success, ...Object.fromEntries(errors) };
}

const errorSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'retryable', 'requestId'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorTable) },
        message: { type: 'string' },
        retryable: { type: 'boolean', description: 'The same operation, sent again later, may succeed.' },
        retryAfterMs: { type: 'integer', description: 'Not before this many milliseconds.' },
        requestId: { type: 'string', description: 'Quote it when you report a problem.' },
        details: {
          type: 'array',
          items: { type: 'object', properties: { path: { type: 'string' }, rule: { type: 'string' } } },
        },
      },
    },
  },
};
