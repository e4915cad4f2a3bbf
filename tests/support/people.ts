import { randomUUID } from 'node:crypto';
import type { ConversationSummary, Input, OperationName, Output, Session } from '@parley/protocol/wire';
import { resultOf } from './answer.js';
import { RestClient } from './rest-client.js';

/** Somebody with an account made for this test. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly token: string;
  readonly refreshToken: string;
}

/** A new id, as a client makes one before it sends. */
export function newId(): string {
  return randomUUID();
}

/** Makes an account with a name nobody has. */
export async function register(url: string, name = 'p'): Promise<Person> {
  const username = `${name}-${randomUUID().slice(0, 13)}`;
  const password = `password of ${username}`;
  const session = resultOf<Session>(await new RestClient(url).call('register', { username, password }));
  return {
    id: session.user.id,
    username,
    password,
    token: session.accessToken,
    refreshToken: session.refreshToken,
  };
}

/** Another session of somebody. */
export async function logIn(
  url: string,
  { username, password }: Pick<Person, 'username' | 'password'>,
): Promise<Session> {
  return resultOf(await new RestClient(url).call('login', { login: username, password }));
}

/** A call as somebody that must succeed. */
export async function callAs<Name extends OperationName>(
  by: { readonly url: string; readonly person: Person },
  operation: Name,
  input: Input<Name>,
): Promise<Output<Name>> {
  return resultOf(await new RestClient(by.url, by.person.token).call(operation, input));
}

/** A group of the owner and others. */
export async function createGroup(
  url: string,
  owner: Person,
  others: readonly Person[],
): Promise<ConversationSummary> {
  const input = { type: 'group' as const, id: newId(), name: 'Test', memberIds: others.map(({ id }) => id) };
  return callAs({ url, person: owner }, 'createConversation', input);
}
