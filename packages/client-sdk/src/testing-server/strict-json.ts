/** JSON as the protocol takes it: valid UTF-8, nested at most 16 deep, without keys that reach a prototype. */
import { limits, ParleyError } from '@parley/protocol/wire';

/** Reads bytes. Throws `invalid_encoding`, `too_deep`, `invalid_json`. */
export function parseBytes(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ParleyError('invalid_encoding', { cause });
  }
  return parseText(text);
}

/** Reads a text. Throws `too_deep`, `invalid_json`. */
export function parseText(text: string): unknown {
  if (depthOf(text) > limits.jsonDepth) throw new ParleyError('too_deep');
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__' || (key === 'constructor' && hasPrototype(value)))
        throw new SyntaxError('a key that reaches a prototype');
      return value;
    });
  } catch (cause) {
    throw new ParleyError('invalid_json', { cause });
  }
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

/** Counts brackets outside texts: reading is safe at any depth, walking what was read is not. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  const bare = text.replace(/"(?:[^"\\]|\\.)*"?/gs, '');
  for (const char of bare)
    if (char === '{' || char === '[') {
      depth += 1;
      deepest = Math.max(deepest, depth);
    } else if (char === '}' || char === ']') depth -= 1;
  return deepest;
}
