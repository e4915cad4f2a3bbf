import type { ChangesPage, ConversationId, Message, UserId } from '@parley/protocol';
import { chooseDiffMode, type DiffHead, findDiffHead } from '../../eventlog/diff.js';
import type { QueryContext, Snapshot } from '../../kernel/context.js';

export interface ChangesQuery {
  readonly conversationId: ConversationId;
  readonly since: number;
  readonly limit: number;
  readonly mode?: 'log' | 'state' | undefined;
}

/** What answers need of their caller. */
export type Reading = Pick<QueryContext, 'actor' | 'include'>;

/** The next page of what changed after a cursor; undefined for whoever may not read the conversation. */
export async function readChangesPage(
  ctx: Reading,
  snapshot: Snapshot,
  query: ChangesQuery,
): Promise<ChangesPage | undefined> {
  // Membership is read with everything else: who was removed a moment ago gets nothing of what came after.
  const diffHead = await findDiffHead(snapshot.db, ctx.actor, query.conversationId);
  if (diffHead === undefined) return undefined;
  const mode = chooseDiffMode(diffHead, { since: query.since, asked: query.mode });
  switch (mode) {
    case 'reset':
      return { mode, head: diffHead.head };
    case 'log':
      return readLogPage(ctx, snapshot, { ...query, diffHead });
    case 'state':
      return readStatePage(ctx, snapshot, { ...query, diffHead });
    default:
      return mode satisfies never;
  }
}

async function readLogPage(
  ctx: Reading,
  snapshot: Snapshot,
  { conversationId, since, limit, diffHead }: ChangesQuery & { readonly diffHead: DiffHead },
): Promise<ChangesPage> {
  const { visibleFrom } = diffHead;
  const page = await snapshot.log.read(conversationId, { after: since, limit, visibleFrom });
  const { events, messages, to, head } = page;
  const actors = events.flatMap(({ actorId }) => actorId ?? []);
  const beside = await readBeside(ctx, snapshot, { conversationId, messages, people: actors });
  return { mode: 'log', items: events, ...beside, to, head };
}

async function readStatePage(
  ctx: Reading,
  snapshot: Snapshot,
  { conversationId, since, limit, diffHead }: ChangesQuery & { readonly diffHead: DiffHead },
): Promise<ChangesPage> {
  const { head, memberCount, visibleFrom } = diffHead;
  const range = { after: since, limit, head, visibleFrom };
  const { rows, to } = await snapshot.readState(conversationId, range);
  const members = rows.members.flatMap(({ member }) => member ?? []);
  const conversation = rows.conversation[0] ?? null;
  const people = [
    ...members.map(({ userId }) => userId),
    ...(conversation === null ? [] : [conversation.createdBy, ...(conversation.directUserIds ?? [])]),
  ];
  const beside = await readBeside(ctx, snapshot, { conversationId, messages: rows.messages, people });
  return {
    mode: 'state',
    conversation,
    messages: [...rows.messages],
    members,
    gone: rows.members.flatMap(({ userId, rev, member }) => (member === null ? [{ userId, rev }] : [])),
    memberCount,
    threads: [...rows.threads],
    ...beside,
    to,
    head,
  };
}

async function readBeside(
  { actor, include }: Reading,
  { db }: Snapshot,
  page: {
    readonly conversationId: ConversationId;
    readonly messages: readonly Message[];
    readonly people: readonly UserId[];
  },
) {
  const { users, quotes, mine } = await include.besideMessages(
    { db, actor },
    page.conversationId,
    page.messages,
  );
  const others = page.people.filter((userId) => users[userId] === undefined);
  return { users: { ...users, ...(await include.users(db, actor, others)) }, quotes, mine };
}
