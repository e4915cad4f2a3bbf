import type { Operation } from '@parley/protocol';
import * as z from 'zod';

/** A JSON schema, as far as this code looks into it. */
export interface JsonSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly [key: string]: unknown;
}

/** What a caller gives, as JSON schema. */
export function inputSchema(operation: Operation): JsonSchema {
  return toJsonSchema(operation.input);
}

/** What a caller gets, as JSON schema. Ids are described by what they look like, hence the input side of the schema. */
export function outputSchema(operation: Operation): JsonSchema {
  return toJsonSchema(operation.output);
}

/** Method and path in Fastify's spelling, and the names of the path's parameters. */
export function routeOf(operation: Operation): {
  readonly method: string;
  readonly url: string;
  readonly params: string[];
} {
  const [method = '', url = ''] = operation.rest.split(' ');
  return { method, url, params: [...url.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '') };
}

/** Fields that are numbers: query strings hold only text. */
export function numericFields(operation: Operation): ReadonlySet<string> {
  return fieldsOfTypes(operation, ['integer', 'number']);
}

/** Fields that are true or false, for the same reason. */
export function booleanFields(operation: Operation): ReadonlySet<string> {
  return fieldsOfTypes(operation, ['boolean']);
}

function fieldsOfTypes(operation: Operation, types: readonly string[]): ReadonlySet<string> {
  const { properties = {} } = inputSchema(operation);
  return new Set(
    Object.entries(properties)
      .filter(([, schema]) => schema.type !== undefined && types.includes(schema.type))
      .map(([name]) => name),
  );
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  // The library's type is wider than the part we read.
  return rest as JsonSchema;
}
