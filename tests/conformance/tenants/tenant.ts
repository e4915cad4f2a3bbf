/** A tenant full of life, with a canary in everything anybody in it can say. */
import type { Input, OperationName, Output } from '@parley/protocol/wire';
import { resultOf } from '../../support/answer.js';
import { callAs, newId, type Person } from '../../support/people.js';
import { RawSocket } from '../../support/raw-socket.js';
import { RestClient } from '../../support/rest-client.js';
import type { World } from '../world.js';
import { Planter } from './planter.js';

export interface Tenant {
  readonly name: string;
  /** Some of its people, and a group in which they may try everything. */
  readonly world: World;
  readonly planter: Planter;
  /** Ids of everything there is, for which its own planter was not asked. */
  readonly ids: Planter;
  /** A group full of canaries, and what somebody elsewhere could name of it. */
  readonly target: Target;
  /** A conversation of it that `world.owner` is not in. */
  readonly hiddenId: string;
  /** What its people read of everything, as JSON. */
  readState(): Promise<readonly string[]>;
  /** Does a little of everything that others are told of. */
  stir(): Promise<void>;
}

export interface Target {
  readonly conversationId: string;
  readonly messageId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** Keys of operations that were done. */
  readonly opId: string;
  /** Cursors that were given to people of the tenant, by operation and field. */
  readonly cursors: ReadonlyMap<string, string>;
  /** What `sync` gave. */
  readonly since: string;
}

export interface TenantOptions {
  readonly name: string;
  readonly url: string;
  /** Makes somebody with canaries in the name. */
  readonly join: (planter: Planter) => Promise<Person>;
  /** With which the deployment's software makes somebody; only the default tenant has one. */
  readonly serverKey: string | undefined;
}

const people = ['owner', 'member', 'former', 'banned', 'stranger'] as const;

export async function openTenant(options: TenantOptions): Promise<Tenant> {
  const { name, url } = options;
  const planter = new Planter();
  const joined: Person[] = [];
  for (const _ of people) joined.push(await options.join(planter));
  const [owner, member, former, banned, stranger] = joined;
  if (!owner || !member || !former || !banned || !stranger) throw new Error('five were made');
  const ids = new Planter();
  for (const [index, { id }] of joined.entries()) ids.note(`the id of ${people[index]}`, id);
  const as = { url, owner, member, former, banned, stranger, planter, ids };
  await describePeople(as);
  if (options.serverKey !== undefined) await upsertSomebody(as, options.serverKey);
  const { conversationId, messageId, opId } = await fillGroup(as);
  await fillOtherGroup(as);
  const world = await openWorldOf(as);
  const hidden = await by(as, stranger)('createConversation', {
    type: 'group',
    id: newId(),
    memberIds: [],
  });
  const sessions = await by(as, member)('listSessions', {});
  const sessionId = sessions.items[0]?.id ?? '';
  for (const { id } of sessions.items) ids.note('the id of a session', id);
  const { since } = await by(as, member)('sync', {});
  return {
    name,
    world,
    planter,
    ids,
    target: {
      conversationId,
      messageId,
      userId: member.id,
      sessionId,
      opId,
      cursors: await takeCursors(as, { conversationId, messageId }),
      since,
    },
    hiddenId: hidden.id,
    readState: () => readState(as, conversationId),
    stir: () => stir(as, conversationId),
  };
}

interface Inhabitants extends Record<(typeof people)[number], Person> {
  readonly url: string;
  readonly planter: Planter;
  readonly ids: Planter;
}

function by({ url }: { readonly url: string }, person: Person) {
  return <Name extends OperationName>(operation: Name, input: Input<Name>): Promise<Output<Name>> =>
    callAs({ url, person }, operation, input);
}

const asAddress = (canary: string) => `https://example.org/${canary}.png`;
const asEmoji = (canary: string) => `:${canary}:`;

async function describePeople(all: Inhabitants): Promise<void> {
  const { planter, owner, member } = all;
  await by(all, owner)('updateMe', {
    displayName: planter.text('updateMe.displayName'),
    avatarUrl: planter.text('updateMe.avatarUrl', asAddress),
    bio: planter.text('updateMe.bio'),
    locale: planter.locale('updateMe.locale'),
    metadata: planter.metadata('updateMe.metadata'),
  });
  await by(all, member)('updateMe', { username: planter.text('updateMe.username') });
  for (const person of [owner, member])
    await by(all, person)('setPresence', {
      state: 'online',
      status: {
        emoji: planter.text('setPresence.status.emoji', asEmoji),
        text: planter.text('setPresence.status.text'),
        until: '2100-01-01T00:00:00Z',
      },
    });
}

async function upsertSomebody(all: Inhabitants, serverKey: string): Promise<void> {
  const { planter, ids, url } = all;
  const field = (name: string, shape?: (canary: string) => string) =>
    planter.text(`upsertUser.${name}`, shape);
  const userId = ids.note('the id of somebody made by the server', newId());
  resultOf(
    await new RestClient(url, serverKey).call('upsertUser', {
      userId,
      username: field('username'),
      displayName: field('displayName'),
      email: field('email', (canary) => `${canary}@example.org`),
      avatarUrl: field('avatarUrl', asAddress),
      metadata: planter.metadata('upsertUser.metadata'),
    }),
  );
}

/** The group that is attacked, with messages in every state there is. */
async function fillGroup(all: Inhabitants) {
  const { planter, ids, owner, member, former, banned } = all;
  const conversationId = ids.note('the id of a group', newId());
  await by(all, owner)('createConversation', {
    type: 'group',
    id: conversationId,
    memberIds: [member.id, former.id, banned.id],
    name: planter.text('createConversation.name'),
    description: planter.text('createConversation.description'),
    metadata: planter.metadata('createConversation.metadata'),
  });
  const send = async (person: Person, more: object = {}): Promise<string> => {
    const id = ids.note('the id of a message', newId());
    const content = planter.text('sendMessage.content');
    const metadata = planter.metadata('sendMessage.metadata');
    await by(all, person)('sendMessage', { conversationId, id, content, metadata, ...more });
    return id;
  };
  const messageId = await send(owner);
  await send(member, { threadId: messageId });
  await send(member, { threadId: messageId });
  await send(member, { replyToId: messageId });
  const deleted = await send(former);
  await by(all, former)('deleteMessage', { conversationId, messageId: deleted });
  const edited = {
    conversationId,
    messageId,
    content: planter.text('editMessage.content'),
    metadata: planter.metadata('editMessage.metadata'),
  };
  await by(all, owner)('editMessage', edited);
  await by(all, owner)('editMessage', { ...edited, content: planter.text('editMessage.content') });
  await by(all, member)('sendMessages', {
    conversationId,
    messages: [1, 2].map(() => ({
      id: ids.note('the id of a message', newId()),
      content: planter.text('sendMessages.messages.[].content'),
      metadata: planter.metadata('sendMessages.messages.[].metadata'),
    })),
  });
  for (const person of [owner, member])
    await by(all, person)('addReaction', {
      conversationId,
      messageId,
      emoji: planter.text('addReaction.emoji', asEmoji),
    });
  const emoji = planter.text('removeReaction.emoji', asEmoji);
  await by(all, member)('addReaction', { conversationId, messageId, emoji });
  await by(all, member)('removeReaction', { conversationId, messageId, emoji });
  await by(all, member)('markRead', { conversationId, seq: 2 });
  await by(all, former)('leaveConversation', { conversationId });
  const opId = newId();
  const ban = { conversationId, userId: banned.id };
  resultOf(await new RestClient(all.url, owner.token).call('banMember', ban, opId));
  await by(all, owner)('banMember', { conversationId, userId: former.id });
  return { conversationId, messageId, opId };
}

/** A group nobody elsewhere names: whatever of it shows up somewhere came by itself. */
async function fillOtherGroup(all: Inhabitants): Promise<void> {
  const { planter, ids, owner, member } = all;
  const conversationId = ids.note('the id of a group nobody names', newId());
  await by(all, owner)('createConversation', { type: 'group', id: conversationId, memberIds: [member.id] });
  await by(all, owner)('updateConversation', {
    conversationId,
    name: planter.text('updateConversation.name'),
    description: planter.text('updateConversation.description'),
    avatarUrl: planter.text('updateConversation.avatarUrl', asAddress),
    metadata: planter.metadata('updateConversation.metadata'),
  });
  const id = ids.note('the id of a message nobody names', newId());
  const content = planter.text('sendMessage.content');
  await by(all, member)('sendMessage', { conversationId, id, content });
  const direct = await by(all, owner)('createConversation', { type: 'direct', memberIds: [member.id] });
  ids.note('the id of a direct conversation', direct.id);
}

/** What the cases of conformance make their inputs of, in this tenant. */
async function openWorldOf(all: Inhabitants): Promise<World> {
  const { url, owner, member, former } = all;
  const group = await by(all, owner)('createConversation', {
    type: 'group',
    id: newId(),
    name: 'of no consequence',
    memberIds: [member.id, former.id],
  });
  const conversationId = group.id;
  await by(all, owner)('removeMember', { conversationId, userId: former.id });
  const content = 'nothing special';
  const sent = await by(all, owner)('sendMessage', { conversationId, id: newId(), content });
  return {
    ...all,
    secret: undefined,
    server: { id: '', username: '', password: '', token: 'no server key', refreshToken: '' },
    group,
    message: { ...sent, content },
    resetToken: () => Promise.reject(new Error('links for new passwords are nobody’s tenant')),
    socketOf: (person) => RawSocket.enter(url, person.token),
    close: async () => {},
  };
}

async function takeCursors(
  all: Inhabitants,
  { conversationId, messageId }: { readonly conversationId: string; readonly messageId: string },
): Promise<ReadonlyMap<string, string>> {
  const { owner } = all;
  const limit = 1;
  const pages = {
    listConversations: await by(all, owner)('listConversations', { limit }),
    listMembers: await by(all, owner)('listMembers', { conversationId, limit }),
    listMessages: await by(all, owner)('listMessages', { conversationId, limit }),
    listBans: await by(all, owner)('listBans', { conversationId, limit }),
    listReplies: await by(all, owner)('listReplies', { conversationId, messageId, limit }),
    listReactions: await by(all, owner)('listReactions', { conversationId, messageId, limit }),
    listVersions: await by(all, owner)('listVersions', { conversationId, messageId, limit }),
  };
  const cursors = Object.entries(pages).flatMap(([name, { nextCursor, previousCursor }]) => {
    const cursor = nextCursor ?? previousCursor;
    return cursor === undefined ? [] : [[name, cursor] as const];
  });
  return new Map(cursors);
}

/** Without what time alone moves: who is here, and when a session was last used. */
async function readState(all: Inhabitants, conversationId: string): Promise<string[]> {
  const { owner, member } = all;
  const here = { conversationId };
  const state: unknown[] = [];
  for (const person of [owner, member])
    state.push(
      await by(all, person)('getMe', {}),
      await by(all, person)('getPreferences', {}),
      await by(all, person)('getOwnPresence', {}),
      (await by(all, person)('listSessions', {})).items.map(({ id }) => id),
      await by(all, person)('listConversations', {}),
      await by(all, person)('getConversation', here),
      await by(all, person)('listThreads', here),
      await by(all, person)('listReceipts', here),
    );
  const { items } = await by(all, owner)('listMessages', { ...here, limit: 100 });
  state.push(items, await by(all, owner)('listMembers', here), await by(all, owner)('listBans', here));
  state.push(await by(all, owner)('listChanges', { ...here, since: 0, mode: 'log' }));
  for (const { id: messageId } of items.filter(({ deletedAt }) => deletedAt === null))
    state.push(
      await by(all, owner)('listVersions', { ...here, messageId }),
      await by(all, owner)('listReactions', { ...here, messageId }),
      await by(all, owner)('listReplies', { ...here, messageId }),
    );
  return state.map(inOrder);
}

/** As JSON, the same for the same whatever the order of keys: that of people beside a page is nobody's promise. */
function inOrder(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

async function stir(all: Inhabitants, conversationId: string): Promise<void> {
  const { owner, member, stranger, planter, ids } = all;
  const id = ids.note('the id of a later message', newId());
  const content = planter.text('sendMessage.content');
  const message = await by(all, member)('sendMessage', { conversationId, id, content });
  const changed = { conversationId, messageId: id, content: planter.text('editMessage.content') };
  await by(all, member)('editMessage', changed);
  await by(all, owner)('setTyping', { conversationId, isTyping: true });
  await by(all, owner)('markRead', { conversationId, seq: message.seq });
  await by(all, owner)('addReaction', {
    conversationId,
    messageId: id,
    emoji: planter.text('addReaction.emoji', asEmoji),
  });
  await by(all, owner)('updateMe', { displayName: planter.text('updateMe.displayName') });
  await by(all, owner)('updateConversation', {
    conversationId,
    name: planter.text('updateConversation.name'),
  });
  await by(all, owner)('addMembers', { conversationId, userIds: [stranger.id] });
  await by(all, owner)('removeMember', { conversationId, userId: stranger.id });
  const text = planter.text('setPresence.status.text');
  await by(all, member)('setPresence', { state: 'away', status: { text } });
}
