/** Inputs that no operation may take, made from one it takes. Ids are UUIDs, so any of these texts in their place is wrong as well. */
export interface BrokenInput {
  readonly what: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Fields that a REST caller can only give as text, in the path or in the query string. */
export interface TextOnly {
  readonly fields: ReadonlySet<string>;
}

/** Every way to break an input: each field replaced by what does not fit it, each needed field left out, one added. */
export function breakInput(
  valid: Readonly<Record<string, unknown>>,
  optional: Readonly<Record<string, unknown>>,
  textOnly: TextOnly,
): BrokenInput[] {
  const broken: BrokenInput[] = [{ what: 'an unknown field', input: { ...valid, unknownField: 1 } }];
  for (const field of Object.keys(valid)) {
    const { [field]: _left, ...rest } = valid;
    // A path without one of its parts is another path.
    if (!textOnly.fields.has(field)) broken.push({ what: `no ${field}`, input: rest });
  }
  for (const [field, value] of Object.entries({ ...optional, ...valid })) {
    const values = textOnly.fields.has(field) ? asText(value) : misfits(value);
    for (const [what, misfit] of Object.entries(values))
      broken.push({ what: `${field}: ${what}`, input: { ...valid, [field]: misfit } });
  }
  return broken;
}

function misfits(value: unknown): Record<string, unknown> {
  if (typeof value === 'boolean')
    return { null: null, 'a number': 1, 'a text': String(value), 'a list': [value], 'an object': { value } };
  const common = { null: null, true: true };
  if (typeof value === 'string')
    return { ...common, ...badTexts, 'a number': 7, 'a list': [value], 'an object': { value } };
  if (typeof value === 'number')
    return { ...common, ...badNumbers, 'a text': 'seven', digits: '7', 'a list': [value] };
  if (Array.isArray(value))
    return { ...common, ...badLists(value), 'an object': { 0: value[0] }, 'a text': String(value) };
  return { ...common, ...badObjects, 'a text': 'x', 'a number': 7, 'a list': [value] };
}

function asText(value: unknown): Record<string, unknown> {
  if (typeof value === 'number')
    return { ...badNumbers, 'a text': 'seven', nothing: '', 'a spaced number': ' 7' };
  return { NUL: badTexts.NUL, 'much text': 'x'.repeat(5000) };
}

const badTexts = {
  NUL: 'a\u0000b',
  'a lone surrogate': 'a\ud800b',
  'much text': 'x'.repeat(45_000),
  nothing: '',
};

const badNumbers = { negative: -1, 'a fraction': 1.5, huge: 1e308, 'beyond exact': 2 ** 53 };

const badObjects = {
  NUL: { a: 'a\u0000b' },
  'NUL in a key': { 'a\u0000b': 1 },
  'a lone surrogate': { a: ['a\ud800b'] },
  'much text': { a: 'x'.repeat(10_000) },
  'deep nesting': { a: { b: { c: { d: { e: 1 } } } } },
};

function badLists(value: readonly unknown[]): Record<string, unknown> {
  const ids = Array.from(
    { length: 1001 },
    (_, index) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );
  return {
    'an item of null': [null],
    'an item twice': [value[0], value[0]],
    'too many items': ids,
    'an item that is no id': ['x'],
    'an item with NUL': [badTexts.NUL],
  };
}
