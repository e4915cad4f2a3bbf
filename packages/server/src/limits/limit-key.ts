import { createHash } from 'node:crypto';
import type { UserId } from '@parley/protocol';
import type { LimitKey } from './operation-limits.js';

/** Who calls. */
export interface Caller {
  /** Undefined for a caller without a token. */
  readonly actor?: { readonly userId: UserId } | undefined;
  /** Where from, as `addressKey` gives it. */
  readonly address?: string | undefined;
}

/** An input, parsed by its operation's contract. */
export type Fields = Readonly<Record<string, unknown>>;

/** The first part of the key; undefined where the caller has none, and is then not counted by it. */
export function firstKeyOf(key: LimitKey, caller: Caller, input: Fields): string | undefined {
  switch (key) {
    case 'user':
    case 'userConversation':
      return caller.actor?.userId;
    case 'address':
      return caller.address;
    case 'account':
    case 'accountAddress':
      return accountKey(input['login']);
    default:
      return key satisfies never;
  }
}

/** The second part, for keys that have two. */
export function secondKeyOf(key: LimitKey, caller: Caller, input: Fields): string | undefined {
  if (key === 'userConversation') return String(input['conversationId']);
  return key === 'accountAddress' ? caller.address : undefined;
}

/** Log-ins are names and addresses of people: neither memory nor Redis needs them as they are. */
function accountKey(login: unknown): string {
  return createHash('sha256').update(String(login).trim().toLowerCase()).digest('base64url').slice(0, 22);
}
