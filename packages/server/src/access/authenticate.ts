import { ParleyError } from '@parley/protocol';
import type { Actor } from './actor.js';
import type { Tokens } from './tokens.js';

/** The actor behind an `Authorization` header. Throws `unauthenticated` without one, and what the token deserves otherwise. */
export async function authenticateHeader(tokens: Tokens, header: string | undefined): Promise<Actor> {
  if (header === undefined) throw new ParleyError('unauthenticated');
  const match = /^Bearer ([\w.~+/=-]{1,4096})$/i.exec(header);
  if (match?.[1] === undefined) throw new ParleyError('token_invalid');
  return (await tokens.verify(match[1])).actor;
}
