import { listOperations, type OperationName } from '@parley/protocol';
import { expect, it } from 'vitest';
import { caseOf, cases } from './cases.js';
import type { World } from './world.js';

const person = { id: '', username: 'somebody', password: '', token: '', refreshToken: '' };
// Only the names of the optional fields are looked at, and they come from no server.
const noWorld = { group: {}, message: {}, owner: person, member: person } as unknown as World;

it('every operation of the contract has a conformance case', () => {
  expect(Object.keys(cases).sort()).toEqual([...listOperations().keys()].sort());
});

it.each([...listOperations()])(
  'the case of %s gives a value to every optional field, and to none that is not there',
  (name, { operation }) => {
    const isOptional = ([, field]: [string, SchemaLike]) => field.safeParse(undefined).success;
    const optional = fieldsOf(operation.input)
      .filter(isOptional)
      .map(([field]) => field);
    // The operations come from the list the type is made of.
    expect(Object.keys(caseOf(name as OperationName).optional(noWorld)).sort()).toEqual(
      [...new Set(optional)].sort(),
    );
  },
);

interface SchemaLike {
  readonly shape?: Readonly<Record<string, SchemaLike>>;
  readonly options?: readonly SchemaLike[];
  safeParse(value: unknown): { readonly success: boolean };
}

/** The fields of an object schema, or of each object a union chooses from. */
function fieldsOf(schema: unknown): [string, SchemaLike][] {
  // As far as this looks into a schema: objects have a shape, unions have options.
  const { shape, options = [] } = schema as SchemaLike;
  return shape === undefined ? options.flatMap(fieldsOf) : Object.entries(shape);
}
