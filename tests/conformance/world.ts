import type { Ack, ConversationSummary } from '@parley/protocol/wire';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { RawSocket } from '../support/raw-socket.js';
import type { OpenTarget } from './target.js';

/** People and a conversation that every suite may read, and must not change. */
export interface World {
  readonly url: string;
  readonly secret: string | undefined;
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
  /** A socket of somebody, opened when it is first asked for. */
  socketOf(person: Person): Promise<RawSocket>;
  close(): Promise<void>;
}

export async function openWorld({ url, secret }: Pick<OpenTarget, 'url' | 'secret'>): Promise<World> {
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
    owner,
    member,
    former,
    stranger,
    group,
    message: { ...sent, content },
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
