/**
 * How far people have come: marking read, delivered and unread, and who has read what. Others are told once a second a conversation: the first receipt
 * after a quiet second at once, what follows together.
 */
import {
  blockedMark,
  type ConversationId,
  type MessageId,
  type Receipt,
  type UserId,
  type Watermarks,
} from '@parley/protocol/wire';
import { countUnread, ownThreadOf, ownThreadRow } from '../beside.js';
import { activeMembers, latestMessage } from '../log.js';
import type { Log, MemberRow } from '../state.js';
import { type Actor, type HandlersOf, requireReadable, type World } from '../world.js';
import { requireRoot } from './threads.js';

const maxMembersWithReceipts = 100;
const windowMs = 1000;

export interface ReceiptsFeature {
  readonly handlers: HandlersOf<'receipts'>;
  /** Forgets what was not told yet: it stands in the rows. */
  readonly close: () => void;
}

export function createReceipts(world: World): ReceiptsFeature {
  const feed = createFeed(world);
  return {
    close: feed.close,
    handlers: {
      markRead: ({ input: { conversationId, seq, threadId }, actor }) => {
        if (threadId !== undefined) return markThread(world, actor, { conversationId, seq, threadId });
        return mark(world, actor, { conversationId, readSeq: seq, unreadFrom: null, feed });
      },
      markDelivered: ({ input: { conversationId, seq }, actor }) =>
        mark(world, actor, { conversationId, deliveredSeq: seq, feed }),
      markUnread: ({ input: { conversationId, fromSeq }, actor }) =>
        mark(world, actor, { conversationId, unreadFrom: fromSeq ?? 'latest', feed }),
      listReceipts: ({ input: { conversationId }, actor }) => {
        const { log } = requireReadable(world, actor, conversationId);
        const members = activeMembers(log);
        if (members.length > maxMembersWithReceipts) return { items: [], isOmitted: true };
        const isSelf = ({ place }: MemberRow) => place.userId === actor.userId;
        const hides = (member: MemberRow) => isHidden(world, member);
        const isAlone = members.some((member) => isSelf(member) && hides(member));
        const shown = members.filter((member) => isSelf(member) || !(isAlone || hides(member)));
        return { items: shown.map(receiptOf).sort(byUser), isOmitted: false };
      },
    },
  };
}

function receiptOf({ place: { userId }, readSeq, deliveredSeq }: MemberRow): Receipt {
  return { userId, readSeq, deliveredSeq };
}

function byUser(one: Receipt, other: Receipt): number {
  return one.userId < other.userId ? -1 : 1;
}

/** Hides their reading, or has lost speech with it by a block. */
function isHidden({ state }: World, { place }: MemberRow): boolean {
  return (place.deny & blockedMark) !== 0 || state.people.get(place.userId)?.hideReceipts === true;
}

interface Mark {
  readonly conversationId: ConversationId;
  readonly readSeq?: number;
  readonly deliveredSeq?: number;
  /** Null takes the mark "unread" back, absent leaves it. */
  readonly unreadFrom?: number | 'latest' | null;
  readonly feed: Feed;
}

function mark(world: World, actor: Actor, { conversationId, feed, ...given }: Mark): Watermarks {
  const { log, member } = requireReadable(world, actor, conversationId);
  const head = log.entries.length;
  const { readSeq: toRead = 0, deliveredSeq: toDelivered = 0, unreadFrom } = given;
  const before = { ...member };
  if (toRead > member.readSeq) member.readOrd = Math.max(member.readOrd, ordAt(log, toRead));
  member.readSeq = Math.max(member.readSeq, Math.min(toRead, head));
  member.deliveredSeq = Math.max(member.deliveredSeq, Math.min(Math.max(toDelivered, toRead), head));
  if (unreadFrom === 'latest') member.unreadFromSeq = latestMessage(log)?.seq ?? head;
  else if (unreadFrom !== undefined)
    member.unreadFromSeq = unreadFrom === null ? null : Math.min(unreadFrom, head);
  const { readSeq, deliveredSeq, unreadFromSeq } = member;
  if (readSeq > before.readSeq || unreadFromSeq !== before.unreadFromSeq)
    tellOwn(world, { log, member }, { readSeq, deliveredSeq, unreadFromSeq, threadId: null });
  const hasMoved = readSeq > before.readSeq || deliveredSeq > before.deliveredSeq;
  if (hasMoved && (member.place.deny & blockedMark) === 0) feed.note(log, member);
  return { readSeq, deliveredSeq, unreadFromSeq, unreadCount: countUnread(log, log.main, member.readOrd) };
}

/** The ord of the latest message of the conversation itself at or below a seq. */
function ordAt(log: Log, seq: number): number {
  let ord = log.main.length;
  for (; ord > 0; ord -= 1) {
    const id = log.main[ord - 1];
    if (id !== undefined && (log.messages.get(id)?.message.seq ?? 0) <= seq) break;
  }
  return ord;
}

interface ThreadMark {
  readonly conversationId: ConversationId;
  readonly seq: number;
  readonly threadId: MessageId;
}

function markThread(world: World, actor: Actor, { conversationId, seq, threadId }: ThreadMark): Watermarks {
  const reading = requireReadable(world, actor, conversationId);
  requireRoot(reading, threadId);
  const { log, member } = reading;
  const own = ownThreadRow(log, threadId, actor.userId);
  const reached = Math.min(seq, log.entries.length);
  const replies = log.threads.get(threadId)?.replies ?? [];
  const read = replies.filter((id) => (log.messages.get(id)?.message.seq ?? 0) <= seq).length;
  own.readOrd = Math.max(own.readOrd, read);
  own.readSeq = Math.max(own.readSeq, reached);
  member.deliveredSeq = Math.max(member.deliveredSeq, reached);
  const marks = {
    readSeq: own.readSeq,
    deliveredSeq: Math.max(member.deliveredSeq, own.readSeq),
    unreadFromSeq: null,
  };
  tellOwn(world, reading, { ...marks, threadId });
  return { ...marks, unreadCount: ownThreadOf(log, threadId, actor.userId).unreadCount };
}

interface OwnMarks extends Omit<Watermarks, 'unreadCount'> {
  readonly threadId: MessageId | null;
}

function tellOwn(world: World, of: { readonly log: Log; readonly member: MemberRow }, data: OwnMarks): void {
  world.state.tick += 1;
  of.member.markTick = world.state.tick;
  world.hub.signal({
    signal: { kind: 'receipt.own', conversationId: of.log.id, data },
    to: [of.member.place.userId],
  });
}

interface Feed {
  readonly note: (log: Log, member: MemberRow) => void;
  readonly close: () => void;
}

interface Window {
  readonly moved: Map<UserId, Receipt>;
  stop: () => void;
}

function createFeed(world: World): Feed {
  const windows = new Map<ConversationId, Window>();
  const turn = (log: Log, window: Window): void => {
    if (window.moved.size === 0) return void windows.delete(log.id);
    const items = [...window.moved.values()];
    window.moved.clear();
    window.stop = world.after(windowMs, () => turn(log, window));
    tellReceipts(world, log, items);
  };
  return {
    note: (log, member) => {
      if (activeMembers(log).length > maxMembersWithReceipts || isHidden(world, member)) return;
      const open = windows.get(log.id);
      const window = open ?? { moved: new Map(), stop: () => {} };
      window.moved.set(member.place.userId, receiptOf(member));
      windows.set(log.id, window);
      if (open === undefined) turn(log, window);
    },
    close: () => {
      for (const { stop } of windows.values()) stop();
      windows.clear();
    },
  };
}

/** To those who have it open; and to the sender of the latest message, wherever they are, what reaches it. */
function tellReceipts(world: World, log: Log, items: Receipt[]): void {
  const { hub } = world;
  const hiders = activeMembers(log).filter((member) => isHidden(world, member));
  const except = hiders.map(({ place }) => place.userId);
  const conversationId = log.id;
  hub.signal({ signal: { kind: 'receipts.moved', conversationId, data: { items } }, to: 'open', except });
  const latest = latestMessage(log);
  if (latest === undefined || except.includes(latest.senderId)) return;
  if (log.members.get(latest.senderId)?.status !== 'active') return;
  const reaching = items.filter(
    ({ userId, deliveredSeq }) => userId !== latest.senderId && deliveredSeq >= latest.seq,
  );
  if (reaching.length === 0) return;
  hub.signal({
    signal: { kind: 'receipts.moved', conversationId, data: { items: reaching } },
    to: [latest.senderId],
  });
}
