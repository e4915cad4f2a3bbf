/** Threads: the replies under a message, and who follows them. Following is one's own: it stands in no log. */
import type { ParsedInput } from '@parley/protocol';
import type { Message, MessageId, Output, UserId } from '@parley/protocol/wire';
import { besideMessages, ownThreadOf, ownThreadRow, type Reading } from '../beside.js';
import { cut, numericCursor } from '../cursors.js';
import { usersOf } from '../events.js';
import { findVisible } from '../log.js';
import type { Log, ThreadRow } from '../state.js';
import { type Actor, type HandlersOf, refuse, requireReadable, type World } from '../world.js';

const mostParticipants = 5;
const participantsFrom = 100;

export function createThreads(world: World): HandlersOf<'threads'> {
  const follow = (
    { input, actor }: { readonly input: ParsedInput<'followThread'>; readonly actor: Actor },
    isFollowed: boolean,
  ): Output<'followThread'> => {
    const { conversationId, rootId } = input;
    const reading = requireReadable(world, actor, conversationId);
    requireRoot(reading, rootId);
    const { log, member } = reading;
    const { userId } = actor;
    const wasFollowed = ownThreadOf(log, rootId, userId).isFollowed;
    ownThreadRow(log, rootId, userId).isFollowed = isFollowed;
    if (wasFollowed !== isFollowed) {
      world.state.tick += 1;
      member.markTick = world.state.tick;
      world.hub.signal({
        signal: { kind: 'thread.followed', conversationId, data: { rootId, isFollowed } },
        to: [userId],
      });
    }
    return ownThreadOf(log, rootId, userId);
  };
  return {
    listReplies: ({ input, actor }) =>
      listReplies(world, requireReadable(world, actor, input.conversationId), input),
    listThreads: ({ input, actor }) =>
      listThreads(world, requireReadable(world, actor, input.conversationId), input),
    followThread: (call) => follow(call, true),
    unfollowThread: (call) => follow(call, false),
  };
}

/** A message one may see that stands in no thread itself. */
export function requireRoot({ log, member }: Reading, id: MessageId): Message {
  const found = findVisible(log, member, id)?.message;
  return found === undefined || found.threadId !== null ? refuse('not_found') : found;
}

/** A cursor is the ord of a reply, as text. */
function listReplies(
  world: World,
  reading: Reading,
  { messageId, limit = 50, before, after }: ParsedInput<'listReplies'>,
): Output<'listReplies'> {
  requireRoot(reading, messageId);
  const { log } = reading;
  const row = log.threads.get(messageId);
  const all = row === undefined ? [] : messagesOf(log, row);
  const place =
    after === undefined
      ? { to: before === undefined ? all.length : Math.max(0, numericCursor(before) - 1) }
      : { from: numericCursor(after) };
  const from = place.from ?? Math.max(0, Math.min(place.to, all.length) - limit);
  const items = all.slice(from, place.from === undefined ? place.to : from + limit);
  const [first] = items;
  const last = items.at(-1);
  const hasAfter = before !== undefined || (last !== undefined && last.ord < all.length);
  const beside = besideMessages(world.state, reading, items);
  return {
    items,
    ...beside,
    threads: row === undefined ? beside.threads : { ...beside.threads, [messageId]: row.thread },
    ...(from > 0 && first !== undefined ? { previousCursor: String(first.ord) } : {}),
    ...(hasAfter && last !== undefined ? { nextCursor: String(last.ord) } : {}),
  };
}

function messagesOf(log: Log, { replies }: ThreadRow): Message[] {
  return replies.flatMap((id) => log.messages.get(id)?.message ?? []);
}

/** A cursor is the seq of a thread's latest reply, as text. */
function listThreads(
  world: World,
  reading: Reading,
  { followed, limit = 50, cursor }: ParsedInput<'listThreads'>,
): Output<'listThreads'> {
  const { log, member } = reading;
  const before = cursor === undefined ? Number.POSITIVE_INFINITY : numericCursor(cursor);
  const isFollowed = (rootId: MessageId) => ownThreadOf(log, rootId, member.place.userId).isFollowed;
  const found = [...log.threads.values()]
    .filter(({ thread }) => thread.lastSeq < before && findVisible(log, member, thread.rootId) !== undefined)
    .filter(({ thread }) => followed === undefined || isFollowed(thread.rootId) === followed)
    .sort((one, other) => other.thread.lastSeq - one.thread.lastSeq);
  const page = cut(found, limit, ({ thread }) => String(thread.lastSeq));
  const items = page.items.map((row) => {
    const living = messagesOf(log, row).filter(({ deletedAt }) => deletedAt === null);
    return {
      thread: row.thread,
      root: requireRoot(reading, row.thread.rootId),
      lastReply: living.at(-1) ?? null,
      participantIds: participantsOf(log, row),
    };
  });
  const messages = items.flatMap(({ root, lastReply }) => (lastReply === null ? [root] : [root, lastReply]));
  const beside = besideMessages(world.state, reading, messages);
  const participants = usersOf(
    world.state,
    items.flatMap(({ participantIds }) => participantIds),
  );
  return { ...page, items, ...beside, users: { ...beside.users, ...participants } };
}

/** Who wrote the latest replies, the latest first. */
function participantsOf(log: Log, row: ThreadRow): UserId[] {
  const latest = messagesOf(log, row).slice(-participantsFrom).reverse();
  const senders = latest.flatMap(({ deletedAt, senderId }) => (deletedAt === null ? [senderId] : []));
  return [...new Set(senders)].slice(0, mostParticipants);
}
