/** What the inputs of the contract are made of: the places for ids, and the fields that hold what people say. */
import { listOperations, type Operation, type OperationName } from '@parley/protocol';

/** A place in an input: names of fields, `[]` for every item of a list. */
export type Path = readonly string[];

export interface InputField {
  readonly operation: OperationName;
  readonly kind: 'command' | 'query';
  readonly path: Path;
  /** `updateMe.displayName`, `sendMessages.messages.[].content`. */
  readonly name: string;
  readonly holds: 'id' | 'text' | 'metadata';
}

/** As far as this looks into a JSON schema. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** Every field of every input that holds an id, a text or custom data. Moments, numbers and what is one of a few words say nothing of anybody. */
export function listInputFields(): InputField[] {
  const found = new Map<string, InputField>();
  for (const [operation, { operation: contract }] of listOperations())
    for (const [path, holds] of walk(schemaOf(contract), [])) {
      const name = [operation, ...path].join('.');
      // The names of the list are the operations of the contract.
      const field = { operation: operation as OperationName, kind: contract.kind, path, name, holds };
      found.set(name, field);
    }
  return [...found.values()];
}

function schemaOf({ input }: Operation): Schema {
  // The library's type is wider than the part we read.
  return input.toJSONSchema({ io: 'input', unrepresentable: 'any' }) as Schema;
}

function walk(schema: Schema, path: Path): [Path, InputField['holds']][] {
  const { oneOf = [], anyOf = [], allOf = [], properties = {}, items } = schema;
  const holds = kindOf(schema);
  return [
    ...(holds === undefined ? [] : [[path, holds] as [Path, InputField['holds']]]),
    ...[...oneOf, ...anyOf, ...allOf].flatMap((each) => walk(each, path)),
    ...Object.entries(properties).flatMap(([name, each]) => walk(each, [...path, name])),
    ...(items === undefined ? [] : walk(items, [...path, '[]'])),
  ];
}

function kindOf(schema: Schema): InputField['holds'] | undefined {
  if (schema.type === 'object')
    return schema.properties === undefined && schema.additionalProperties !== false ? 'metadata' : undefined;
  if (schema.type !== 'string' || schema.enum !== undefined || schema.const !== undefined) return undefined;
  if (schema.format === 'uuid') return 'id';
  return schema.format === 'date-time' ? undefined : 'text';
}

/** The input with a value put at a place, whatever stood there; lists get one item where they have none. Undefined where there is no such place in it. */
export function putAt(input: unknown, path: Path, value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (step === '[]') {
    const [first] = Array.isArray(input) ? input : [];
    return [putAt(first ?? {}, rest, value)];
  }
  const object = typeof input === 'object' && input !== null ? input : {};
  return { ...object, [step]: putAt(Reflect.get(object, step), rest, value) };
}
