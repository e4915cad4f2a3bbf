/** What goes with messages of a page: who wrote them, their threads, what they answer, and what is the reader's own. */
import {
  type BesideMessages,
  type Message,
  type MessageId,
  type OwnThread,
  type UserId,
  unread,
} from '@parley/protocol/wire';
import { usersOf } from './events.js';
import { findVisible } from './log.js';
import type { Log, MemberRow, OwnThreadRow, State } from './state.js';

export interface Reading {
  readonly log: Log;
  readonly member: MemberRow;
}

export function besideMessages(
  state: State,
  { log, member }: Reading,
  messages: readonly Message[],
): BesideMessages {
  const { userId } = member.place;
  const threads: BesideMessages['threads'] = {};
  const quotes: BesideMessages['quotes'] = {};
  const mine: BesideMessages['mine'] = { reactions: {}, threads: {} };
  for (const message of messages) {
    const rootId = message.threadId ?? message.id;
    const thread = log.threads.get(rootId);
    if (thread !== undefined && findVisible(log, member, rootId) !== undefined) {
      threads[rootId] = thread.thread;
      mine.threads[rootId] = ownThreadOf(log, rootId, userId);
    }
    const quoted = message.replyToId === null ? undefined : findVisible(log, member, message.replyToId);
    if (quoted !== undefined) quotes[quoted.message.id] = quoted.message;
    const own = (log.messages.get(message.id)?.reactions ?? [])
      .filter((reaction) => reaction.userId === userId && !reaction.isRemoved)
      .sort((one, other) => (one.at < other.at ? -1 : 1));
    if (own.length > 0) mine.reactions[message.id] = own.map(({ emoji }) => emoji);
  }
  const senders = [...messages, ...Object.values(quotes)].map(({ senderId }) => senderId);
  return { users: usersOf(state, senders), threads, quotes, mine };
}

/** How far somebody has come in a thread, kept from now on. */
export function ownThreadRow(log: Log, rootId: MessageId, userId: UserId): OwnThreadRow {
  const key = `${rootId} ${userId}`;
  const known = log.ownThreads.get(key) ?? { isFollowed: null, readOrd: 0, readSeq: 0 };
  log.ownThreads.set(key, known);
  return known;
}

/** The same as its owner sees it. */
export function ownThreadOf(log: Log, rootId: MessageId, userId: UserId): OwnThread {
  const own = log.ownThreads.get(`${rootId} ${userId}`);
  const wroteRoot = log.messages.get(rootId)?.message.senderId === userId;
  const isFollowed = own?.isFollowed ?? wroteRoot;
  const replies = log.threads.get(rootId)?.replies ?? [];
  return {
    isFollowed,
    readSeq: own?.readSeq ?? 0,
    unreadCount: isFollowed ? countUnread(log, replies, own?.readOrd ?? 0) : 0,
  };
}

/** Messages of a scope above an ord that are not deleted. @param ids  of the scope, in the order of ord */
export function countUnread(log: Log, ids: readonly MessageId[], readOrd: number): number {
  const isDeleted = (id: MessageId) => log.messages.get(id)?.message.deletedAt !== null;
  const deletedAfter = ids.slice(readOrd).filter(isDeleted).length;
  return unread({ lastOrd: ids.length, readOrd, floorOrd: 0, deletedAfter });
}
