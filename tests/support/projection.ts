/**
 * What a client knows of one conversation, built from events and pages by the rule of `rev` and nothing else: a second, independent reading of the
 * protocol for tests to compare with. Plain data; every function gives a new state.
 */
import type {
  ChangesPage,
  ChatEvent,
  Conversation,
  Member,
  Message,
  Thread,
  UserId,
} from '@parley/protocol/wire';

export interface Projection {
  /** Whose view it is: `mine` is theirs. */
  readonly viewerId: UserId;
  /** Everything up to here is in it. */
  readonly cursor: number;
  readonly conversation: Conversation | null;
  readonly messages: Readonly<Record<string, Message>>;
  /** Without `member`: no longer in it since `rev`. */
  readonly members: Readonly<Record<string, { readonly rev: number; readonly member: Member | null }>>;
  readonly threads: Readonly<Record<string, Thread>>;
  /** The viewer's own reactions, by message. */
  readonly mine: Readonly<Record<string, readonly string[]>>;
}

export function emptyProjection(viewerId: UserId): Projection {
  return { viewerId, cursor: 0, conversation: null, messages: {}, members: {}, threads: {}, mine: {} };
}

/** Takes an event, live or from a page of the log. Moves the cursor when the event is the next one. */
export function applyEvent(state: Projection, event: ChatEvent): Projection {
  const draft = copy(state);
  takeEvent(draft, event);
  return draft;
}

/** Takes a page of changes of either mode. Throws for a page that says to start anew. */
export function applyPage(state: Projection, page: ChangesPage): Projection {
  if (page.mode === 'reset') throw new Error('nothing can be built on a history that was cut');
  const draft = copy(state);
  if (page.mode === 'log') takeLog(draft, page.items as unknown as ChatEvent[], page);
  else takeState(draft, page);
  draft.cursor = Math.max(state.cursor, page.to);
  return draft;
}

/** What a view shows, as text that is the same for the same: two views compare by it. What only helps to order changes is left out. */
export function canonical({ conversation, messages, members, threads, mine }: Projection): string {
  const own = Object.entries(mine).filter(([, emojis]) => emojis.length > 0);
  const present = Object.values(members).flatMap(({ member }) => member ?? []);
  return JSON.stringify(
    {
      conversation,
      messages: Object.values(messages).sort((a, b) => a.seq - b.seq),
      members: present.sort((a, b) => (a.userId < b.userId ? -1 : 1)),
      threads: Object.values(threads).sort((a, b) => (a.rootId < b.rootId ? -1 : 1)),
      mine: Object.fromEntries(own.sort().map(([id, emojis]) => [id, [...emojis].sort()])),
    },
    (_key, value: unknown) =>
      isRecord(value) ? Object.fromEntries(Object.entries(value).sort(byKey)) : value,
    1,
  );
}

/** A copy that may be changed: made once a page, however many rows that brings. */
interface Draft {
  readonly viewerId: UserId;
  cursor: number;
  conversation: Conversation | null;
  readonly messages: Record<string, Message>;
  readonly members: Record<string, { readonly rev: number; readonly member: Member | null }>;
  readonly threads: Record<string, Thread>;
  readonly mine: Record<string, readonly string[]>;
}

function copy({ messages, members, threads, mine, ...rest }: Projection): Draft {
  return {
    ...rest,
    messages: { ...messages },
    members: { ...members },
    threads: { ...threads },
    mine: { ...mine },
  };
}

function takeEvent(draft: Draft, event: ChatEvent): void {
  takeData(draft, event);
  if (event.seq === draft.cursor + 1) draft.cursor = event.seq;
}

function takeData(draft: Draft, event: ChatEvent): void {
  switch (event.kind) {
    case 'conversation.created':
    case 'members.added':
      putConversation(draft, event.data.conversation);
      return putMembers(draft, event.data.members);
    case 'conversation.updated':
      return putConversation(draft, event.data.conversation);
    case 'conversation.deleted':
      return purge(draft);
    case 'members.updated':
      return putMembers(draft, event.data.members);
    case 'members.removed': {
      const gone = event.data.userIds.map((userId) => ({ userId, rev: event.seq }));
      putConversation(draft, event.data.conversation);
      return putGone(draft, gone);
    }
    case 'message.created':
    case 'message.updated':
    case 'message.deleted': {
      const { thread, ...message } = { thread: undefined, ...event.data };
      putMessage(draft, message);
      if (thread !== undefined) putThread(draft, thread);
      return;
    }
    case 'reaction.added':
    case 'reaction.removed':
      return takeReaction(draft, event);
    default:
      return event satisfies never;
  }
}

function takeReaction(
  draft: Draft,
  { kind, actorId, data }: Extract<ChatEvent, { kind: 'reaction.added' | 'reaction.removed' }>,
): void {
  const { message, emoji } = data;
  const isNewer = message.rev > (draft.messages[message.id]?.rev ?? 0);
  putMessage(draft, message);
  if (!isNewer || actorId !== draft.viewerId || emoji === null) return;
  const others = (draft.mine[message.id] ?? []).filter((own) => own !== emoji);
  draft.mine[message.id] = kind === 'reaction.added' ? [...others, emoji] : others;
}

function takeLog(
  draft: Draft,
  events: readonly ChatEvent[],
  { mine }: Extract<ChangesPage, { mode: 'log' }>,
): void {
  for (const event of events) takeEvent(draft, event);
  putMine(draft, events.flatMap(messagesOf), mine.reactions);
}

function takeState(draft: Draft, page: Extract<ChangesPage, { mode: 'state' }>): void {
  if (page.conversation !== null) putConversation(draft, page.conversation);
  putMembers(draft, page.members);
  putGone(draft, page.gone);
  for (const message of page.messages) putMessage(draft, message);
  for (const thread of page.threads) putThread(draft, thread);
  putMine(draft, page.messages, page.mine.reactions);
}

function messagesOf(event: ChatEvent): Message[] {
  if (event.kind === 'reaction.added' || event.kind === 'reaction.removed') return [event.data.message];
  return event.kind.startsWith('message.') ? [event.data as Message] : [];
}

/** Nothing of a deleted conversation is kept. */
function purge(draft: Draft): void {
  draft.conversation = null;
  for (const table of [draft.messages, draft.members, draft.threads, draft.mine])
    for (const id of Object.keys(table)) delete table[id];
}

function putConversation(draft: Draft, conversation: Conversation): void {
  if (conversation.rev > (draft.conversation?.rev ?? 0)) draft.conversation = conversation;
}

function putMembers(draft: Draft, members: readonly Member[]): void {
  for (const member of members)
    if (member.rev > (draft.members[member.userId]?.rev ?? 0))
      draft.members[member.userId] = { rev: member.rev, member };
}

function putGone(draft: Draft, gone: readonly { userId: UserId; rev: number }[]): void {
  for (const { userId, rev } of gone)
    if (rev > (draft.members[userId]?.rev ?? 0)) draft.members[userId] = { rev, member: null };
}

function putMessage(draft: Draft, message: Message): void {
  if (message.rev <= (draft.messages[message.id]?.rev ?? 0)) return;
  draft.messages[message.id] = message;
  if (message.deletedAt !== null) draft.mine[message.id] = [];
}

function putThread(draft: Draft, thread: Thread): void {
  if (thread.rev > (draft.threads[thread.rootId]?.rev ?? 0)) draft.threads[thread.rootId] = thread;
}

/** What is the viewer's own comes with messages and is as new as they are. */
function putMine(
  draft: Draft,
  messages: readonly Message[],
  reactions: Readonly<Record<string, readonly string[]>>,
): void {
  for (const { id, rev } of messages)
    if (rev >= (draft.messages[id]?.rev ?? 0)) draft.mine[id] = reactions[id] ?? [];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function byKey([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1;
}
