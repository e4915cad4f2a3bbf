import { type Operation, ParleyError } from '@parley/protocol';
import { parseInput } from '../parse-input.js';

interface Change {
  readonly name: string;
  readonly operation: Operation;
  /** Parsed. */
  readonly before: unknown;
  /** What the hook returned. */
  readonly after: unknown;
}

/**
 * The input that a hook put in the place of another one, parsed. Fails as `internal` with the reason as its cause where the contract does not take it, or where an
 * id is another one: order, repeats and the answer hang on what the caller named.
 */
export function acceptChange({ name, operation, before, after }: Change): unknown {
  let parsed: unknown;
  try {
    parsed = parseInput(operation, after);
  } catch (error) {
    const details = error instanceof ParleyError ? error.details : undefined;
    const fields = (details ?? []).map(({ path, rule }) => `${path}: ${rule}`).join('; ');
    throw refuse(`hook beforeCommand of ${name} returned what the contract does not take (${fields})`);
  }
  const namesBefore = namesOf(operation, before);
  const namesAfter = namesOf(operation, parsed);
  const changed = [...namesBefore].find(([path, value]) => namesAfter.get(path) !== value)?.[0];
  if (changed !== undefined || namesBefore.size !== namesAfter.size)
    throw refuse(`hook beforeCommand of ${name} changed ${changed ?? 'the number of ids'}; ids have to stay`);
  return parsed;
}

function refuse(reason: string): ParleyError {
  return new ParleyError('internal', { cause: new Error(reason) });
}

/** What names things in an input: ids, fields of the path, ids in lists. */
function namesOf({ rest }: Operation, input: unknown): Map<string, unknown> {
  const names = new Map<string, unknown>();
  const inPath = new Set([...rest.matchAll(/:(\w+)/g)].map(([, field]) => field));
  for (const [field, value] of Object.entries(input ?? {})) {
    if (field === 'id' || field === 'conversationId' || inPath.has(field)) names.set(field, value);
    if (!Array.isArray(value)) continue;
    for (const [index, item] of value.entries())
      if (typeof item === 'object' && item !== null && 'id' in item)
        names.set(`${field}.${index}.id`, item.id);
  }
  return names;
}
