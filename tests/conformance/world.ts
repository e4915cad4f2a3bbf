import type { Ack, ConversationSummary } from '@parley/protocol/wire';
import { expect, vi } from 'vitest';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import { RestClient } from '../support/rest-client.js';
import type { OpenTarget } from './target.js';

/** People and a conversation that every suite may read, and must not change. */
export interface World {
  readonly url: string;
  readonly secret: string | undefined;
  /** Nobody: the deployment's own software, whose token is a server key. It has no socket. */
  readonly server: Person;
  /** Made the group. */
  readonly owner: Person;
  /** Is in it. */
  readonly member: Person;
  /** Was in it. */
  readonly former: Person;
  /** Never was in it. */
  readonly stranger: Person;
  readonly group: ConversationSummary;
  /** The owner's message in the group. */
  readonly message: Ack & { readonly content: string };
  /** A token for a new password of somebody made for it, out of the link the server printed. Throws where nobody sees what it prints. */
  resetToken(): Promise<string>;
  /** A socket of somebody, opened when it is first asked for. */
  socketOf(person: Person): Promise<RawSocket>;
  close(): Promise<void>;
}

export async function openWorld({
  url,
  secret,
  serverKey,
  output,
}: Pick<OpenTarget, 'url' | 'secret' | 'serverKey' | 'output'>): Promise<World> {
  const owner = await register(url, 'owner');
  const member = await register(url, 'member');
  const former = await register(url, 'former');
  const stranger = await register(url, 'stranger');
  const group = await createGroup(url, owner, [member, former]);
  const conversationId = group.id;
  await callAs({ url, person: owner }, 'removeMember', { conversationId, userId: former.id });
  const content = 'words of the owner';
  const sent = await callAs({ url, person: owner }, 'sendMessage', { conversationId, id: newId(), content });
  const sockets = new Map<string, Promise<RawSocket>>();
  return {
    url,
    secret,
    server: {
      id: '',
      username: '',
      password: '',
      token: serverKey ?? 'no server key was given',
      refreshToken: '',
    },
    owner,
    member,
    former,
    stranger,
    group,
    message: { ...sent, content },
    resetToken: () => readResetToken(url, output),
    socketOf: (person) => {
      const socket = sockets.get(person.id) ?? RawSocket.enter(url, person.token);
      sockets.set(person.id, socket);
      return socket;
    },
    close: async () => {
      for (const socket of sockets.values()) await (await socket).close();
    },
  };
}

async function readResetToken(url: string, output: OpenTarget['output']): Promise<string> {
  if (output === undefined)
    throw new Error(
      'a new password can be tried only with a server that is started here: its log has the link',
    );
  const printed = () => [...output().matchAll(/#token=([\w-]{43})/g)].map((match) => match[1]).at(-1);
  const before = printed();
  const email = `${newId()}@example.org`;
  const rest = new RestClient(url);
  const password = 'a long password';
  await rest.call('register', { username: `r-${newId().slice(0, 13)}`, email, password });
  await rest.call('requestPasswordReset', { email });
  return vi.waitFor(() => {
    const token = printed();
    expect(token).not.toBe(before);
    return token ?? '';
  });
}
