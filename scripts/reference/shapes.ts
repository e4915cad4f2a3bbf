/**
 * Schemas as people read them: `name?: type (rule)`, one field a line. A schema that is one of the protocol's resources is told by its name; what the
 * names stand for is said once a page.
 */
import * as protocol from '../../packages/protocol/src/index.js';
import { type JsonSchema, outputSchema } from '../../packages/server/src/gateway/http/operation-schema.js';

type Schema = protocol.Operation['output'];

/** Writes schemas and remembers which names it used. */
export class ShapeWriter {
  readonly #names = new Map<string, string>();
  readonly #schemas = new Map<string, JsonSchema>();
  readonly #used = new Set<string>();

  constructor() {
    for (const [name, schema] of Object.entries(resources)) {
      const json = toJson(schema);
      this.#names.set(JSON.stringify(json), name);
      this.#schemas.set(name, json);
    }
  }

  write(schema: Schema): string {
    return this.#write(toJson(schema), '');
  }

  /** The shapes behind the names used so far, and behind those they use. */
  writeUsed(): [name: string, text: string][] {
    const written = new Map<string, string>();
    for (;;) {
      const name = [...this.#used].find((each) => !written.has(each));
      if (name === undefined) break;
      written.set(name, this.#writeAnew(this.#schemas.get(name) ?? {}, ''));
    }
    return [...written].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  #write(schema: JsonSchema, indent: string): string {
    const name = this.#names.get(JSON.stringify(schema));
    if (name === undefined) return this.#writeAnew(schema, indent);
    this.#used.add(name);
    return name;
  }

  #writeAnew(schema: JsonSchema, indent: string): string {
    const { type, properties, anyOf, oneOf } = schema;
    if ('const' in schema) return JSON.stringify(schema['const']);
    if (Array.isArray(schema['enum']))
      return schema['enum'].map((value) => JSON.stringify(value)).join(' | ');
    const choices = anyOf ?? oneOf;
    if (choices !== undefined) return choices.map((choice) => this.#write(choice, indent)).join(' | ');
    if (type === 'array') return this.#writeList(schema, indent);
    if (properties !== undefined) return this.#writeObject(schema, indent);
    if (type === 'object') return this.#writeRecord(schema, indent);
    const types: unknown = type ?? 'any JSON';
    return `${Array.isArray(types) ? types.join(' | ') : String(types)}${ruleOf(schema)}`;
  }

  #writeObject({ properties = {}, required = [] }: JsonSchema, indent: string): string {
    const inner = `${indent}  `;
    const lines = Object.entries(properties).map(
      ([name, field]) => `${inner}${name}${required.includes(name) ? '' : '?'}: ${this.#write(field, inner)}`,
    );
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${indent}}`;
  }

  #writeList(schema: JsonSchema, indent: string): string {
    const { prefixItems, items } = schema;
    if (Array.isArray(prefixItems))
      return `[${prefixItems.map((item: JsonSchema) => this.#write(item, indent)).join(', ')}]`;
    // Of a list zod always says what its items are.
    return `list of ${this.#write((items ?? {}) as JsonSchema, indent)}${ruleOf(schema)}`;
  }

  #writeRecord({ additionalProperties }: JsonSchema, indent: string): string {
    if (typeof additionalProperties !== 'object' || additionalProperties === null) return 'object';
    // A record of zod has a schema here.
    return `by key: ${this.#write(additionalProperties as JsonSchema, indent)}`;
  }
}

/** A schema as JSON schema. */
export function toJson(schema: Schema): JsonSchema {
  const [any] = protocol.listOperations().values();
  if (any === undefined) throw new Error('there are no operations');
  return outputSchema({ ...any.operation, output: schema });
}

const resources: Readonly<Record<string, Schema>> = {
  Ack: protocol.ackSchema,
  Conversation: protocol.conversationSchema,
  ConversationSummary: protocol.conversationSummarySchema,
  Me: protocol.meSchema,
  Member: protocol.memberSchema,
  Message: protocol.messageSchema,
  MessageVersion: protocol.messageVersionSchema,
  Reaction: protocol.reactionSchema,
  Session: protocol.sessionSchema,
  Thread: protocol.threadSchema,
  User: protocol.userSchema,
};

const units: Readonly<Record<string, string>> = {
  minLength: 'from',
  maxLength: 'up to',
  minItems: 'from',
  maxItems: 'up to',
  minimum: 'from',
  maximum: 'up to',
};

/** Bounds that say nothing: zod writes the safe integers out. */
const boundless = new Set<unknown>([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

function ruleOf(schema: JsonSchema): string {
  if (schema['format'] === 'uuid') return ' (uuid)';
  const format = typeof schema['format'] === 'string' ? [schema['format']] : [];
  const bounds = Object.entries(units)
    .filter(([key]) => schema[key] !== undefined && !boundless.has(schema[key]))
    .map(([key, word]) => `${word} ${String(schema[key])}`);
  const rules = [...format, ...bounds];
  return rules.length === 0 ? '' : ` (${rules.join(', ')})`;
}
