import { limits, ParleyError } from '@parley/protocol';
import sjson from 'secure-json-parse';

/**
 * The one way from bytes to JSON, for both transports. Bare `JSON.parse` would let `__proto__` through to whoever copies objects, and
 * Fastify's own parser replaces invalid UTF-8 silently; both are refused here, as is nesting that would overflow a later walk.
 */
export function parseJson(bytes: Uint8Array): unknown {
  return parseJsonText(decode(bytes));
}

/** The same for text that is known to be valid UTF-8. */
export function parseJsonText(text: string): unknown {
  if (nestsDeeperThan(text, limits.jsonDepth)) throw new ParleyError('too_deep');
  try {
    return sjson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch (cause) {
    throw new ParleyError('invalid_json', { cause });
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ParleyError('invalid_encoding', { cause });
  }
}

/** Counts brackets outside strings before parsing: parsing is safe at any depth, walking the result is not. */
function nestsDeeperThan(text: string, maxDepth: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (inString) {
      if (unit === 0x5c) index += 1;
      else if (unit === 0x22) inString = false;
    } else if (unit === 0x22) inString = true;
    else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
  }
  return false;
}
