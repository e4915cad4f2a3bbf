/** Messages: sending, changing, deleting and bringing them back, and reading history. */
import type { ParsedInput } from '@parley/protocol';
import {
  blockedMark,
  compareRoles,
  isErrorCode,
  type Message,
  type Output,
  ParleyError,
  rights,
} from '@parley/protocol/wire';
import { besideMessages, ownThreadRow } from '../beside.js';
import { cut, numericCursor } from '../cursors.js';
import { tell } from '../events.js';
import { type Change, type Command, findVisible, isActive, type Placed, run } from '../log.js';
import type { Log, MessageRow } from '../state.js';
import { type Actor, type HandlersOf, refuse, requireReadable, type World } from '../world.js';
import { pageOfMessages } from './message-pages.js';

const keptMs = 30 * 86_400_000;

type NewMessage = Omit<ParsedInput<'sendMessage'>, 'conversationId'>;
type Target = { readonly conversationId: Message['conversationId']; readonly messageId: Message['id'] };

export function createMessages(world: World): HandlersOf<'messages'> {
  const carry = (
    call: { readonly actor: Actor; readonly opId: string; readonly input: Target },
    command: Pick<Command, 'kind' | 'right' | 'carryOut'>,
  ) => {
    const { input, actor, opId } = call;
    const { seq, at } = run(world, { conversationId: input.conversationId, actor, opId, ...command });
    return { id: input.messageId, seq, at };
  };
  return {
    sendMessage: ({ input, actor }) => ({ id: input.id, ...send(world, actor, input) }),
    sendMessages: ({ input: { conversationId, messages }, actor }) => ({
      items: sendAll(world, actor, { conversationId, messages }),
    }),
    editMessage: (call) =>
      carry(call, {
        kind: 'message.updated',
        right: 'edit_own',
        carryOut: (change) => edit(world, change, call.input),
      }),
    deleteMessage: (call) =>
      carry(call, {
        kind: 'message.deleted',
        right: ['delete_own', 'delete_any'],
        carryOut: (change) => remove(world, change, call.input),
      }),
    restoreMessage: (call) =>
      carry(call, {
        kind: 'message.updated',
        right: ['delete_own', 'delete_any'],
        carryOut: (change) => restore(world, change, call.input),
      }),
    listMessages: ({ input, actor }) => {
      const reading = requireReadable(world, actor, input.conversationId);
      const page = pageOfMessages(reading, input);
      return { ...page, ...besideMessages(world.state, reading, page.items) };
    },
    getMessage: ({ input: { conversationId, messageId }, actor }) => {
      const reading = requireReadable(world, actor, conversationId);
      const { message } = findVisible(reading.log, reading.member, messageId) ?? refuse('not_found');
      return { message, ...besideMessages(world.state, reading, [message]) };
    },
    listVersions: ({ input: { conversationId, messageId, limit = 50, cursor = '0' }, actor }) => {
      const { log, member } = requireReadable(world, actor, conversationId);
      const after = numericCursor(cursor);
      const row = findVisible(log, member, messageId);
      if (row === undefined || row.message.deletedAt !== null) return refuse('not_found');
      return cut(
        row.versions.filter(({ rev }) => rev > after),
        limit,
        ({ rev }) => String(rev),
      );
    },
  };
}

function send(
  world: World,
  actor: Actor,
  { conversationId, ...message }: ParsedInput<'sendMessage'>,
): Placed {
  const { seq, at } = run(world, {
    conversationId,
    actor,
    opId: message.id,
    kind: 'message.created',
    right: 'send',
    carryOut: (change) => add(world, change, message),
  });
  return { seq, at };
}

/** Each gets a verdict of its own; only who may not see the conversation is refused as a whole. */
function sendAll(
  world: World,
  actor: Actor,
  { conversationId, messages }: ParsedInput<'sendMessages'>,
): Output<'sendMessages'>['items'] {
  const log = world.state.logs.get(conversationId);
  const knows = (id: NewMessage['id']) => log?.messages.get(id)?.message.senderId === actor.userId;
  if (log === undefined) return refuse('not_found');
  if ((log.state === 'deleted' || !isActive(log, actor.userId)) && !messages.some(({ id }) => knows(id)))
    return refuse('not_found');
  return messages.map((message) => {
    try {
      return { status: 'sent', ...send(world, actor, { conversationId, ...message }) };
    } catch (error) {
      if (!(error instanceof ParleyError) || !isErrorCode(error.code)) throw error;
      return { status: 'refused', code: error.code };
    }
  });
}

function add(world: World, { log, member, append }: Change, input: NewMessage): Placed {
  const { id, content, metadata = null, replyToId = null, threadId = null } = input;
  const root = threadId === null ? undefined : findVisible(log, member, threadId)?.message;
  if (threadId !== null && (root === undefined || root.threadId !== null || root.deletedAt !== null))
    return refuse('not_found');
  if (replyToId !== null && findVisible(log, member, replyToId)?.message.deletedAt !== null)
    return refuse('invalid_reference');

  const entry = append([id]);
  const { seq, at } = entry;
  const { userId: senderId } = member.place;
  const scope = threadId === null ? log.main : repliesOf(log, threadId);
  scope.push(id);
  const message: Message = {
    id,
    conversationId: log.id,
    seq,
    rev: seq,
    ord: scope.length,
    threadId,
    replyToId,
    senderId,
    type: 'text',
    content,
    metadata,
    reactions: [],
    at,
    editedAt: null,
    deletedAt: null,
  };
  log.messages.set(id, { message, versions: [], reactions: [], kept: null });
  member.deliveredSeq = seq;
  if (threadId === null) {
    log.lastActivityAt = at;
    Object.assign(member, { readSeq: seq, readOrd: message.ord, unreadFromSeq: null });
  } else {
    Object.assign(ownThreadRow(log, threadId, senderId), {
      isFollowed: true,
      readOrd: message.ord,
      readSeq: seq,
    });
    countReplies(log, threadId, { by: 1, seq, last: message });
  }
  tell(world, { log, entry });
  return entry;
}

function repliesOf(log: Log, rootId: Message['id']): Message['id'][] {
  return log.threads.get(rootId)?.replies ?? beginThread(log, rootId);
}

function beginThread(log: Log, rootId: Message['id']): Message['id'][] {
  const counts = { replyCount: 0, lastOrd: 0, lastSeq: 0, lastReplyAt: '', rev: 0 };
  const row = { thread: { conversationId: log.id, rootId, ...counts }, replies: [] };
  log.threads.set(rootId, row);
  return row.replies;
}

interface Counting {
  readonly by: number;
  readonly seq: number;
  /** A new reply. */
  readonly last?: Message;
}

function countReplies(log: Log, rootId: Message['threadId'], { by, seq, last }: Counting): void {
  const row = rootId === null ? undefined : log.threads.get(rootId);
  if (row === undefined) return;
  const latest = last === undefined ? {} : { lastOrd: last.ord, lastSeq: last.seq, lastReplyAt: last.at };
  row.thread = { ...row.thread, ...latest, replyCount: row.thread.replyCount + by, rev: seq };
}

/** The message a command is about, which the caller may see and nobody has deleted. */
function requireTarget({ log, member }: Change, { messageId }: Target): MessageRow {
  const row = findVisible(log, member, messageId);
  return row === undefined || row.message.deletedAt !== null ? refuse('not_found') : row;
}

/** What a message says now, as a version of it. */
function versionOf({ rev, content, metadata, at, editedAt }: Message): MessageRow['versions'][number] {
  return { rev, content, metadata, at: editedAt ?? at };
}

function edit(world: World, change: Change, input: ParsedInput<'editMessage'>): Placed {
  const { log, member, append } = change;
  const row = requireTarget(change, input);
  if (row.message.senderId !== member.place.userId) return refuse('forbidden');
  const entry = append([input.messageId]);
  row.versions = [...row.versions, versionOf(row.message)];
  const { content, metadata = row.message.metadata } = input;
  row.message = { ...row.message, content, metadata, rev: entry.seq, editedAt: entry.at };
  tell(world, { log, entry });
  return entry;
}

function remove(world: World, change: Change, target: Target): Placed {
  const { log, member, may, append } = change;
  const row = requireTarget(change, target);
  const { role, userId } = member.place;
  if (row.message.senderId === userId) {
    if ((may & rights.delete_own) === 0) return refuse('forbidden');
  } else {
    if ((may & rights.delete_any) === 0) return refuse('forbidden');
    // An owner may delete anybody's, everybody else only a lower role's.
    if (role !== 'owner' && compareRoles(roleIn(log, row.message.senderId), role) >= 0)
      return refuse('rank_too_low');
  }
  const entry = append([target.messageId]);
  const { seq, at } = entry;
  row.kept = { version: versionOf(row.message), deletedBy: userId, until: world.now() + keptMs };
  row.message = { ...row.message, content: '', metadata: null, reactions: [], rev: seq, deletedAt: at };
  for (const reaction of row.reactions)
    if (!reaction.isRemoved) Object.assign(reaction, { isRemoved: true, rev: seq });
  countReplies(log, row.message.threadId, { by: -1, seq });
  tell(world, { log, entry });
  return entry;
}

/** The lowest for somebody who has left. */
function roleIn(log: Log, userId: Message['senderId']) {
  const row = log.members.get(userId);
  return row?.status === 'active' ? row.place.role : 'member';
}

function restore(world: World, change: Change, { messageId }: Target): Placed {
  const { log, member, may, append } = change;
  const row = findVisible(log, member, messageId);
  const kept = row?.kept;
  if (row === undefined || !kept || row.message.deletedAt === null || kept.until <= world.now())
    return refuse('not_found');
  const { role, userId } = member.place;
  const has = (bit: number) => (may & bit) !== 0;
  const isAllowed =
    kept.deletedBy === userId
      ? has(row.message.senderId === userId ? rights.delete_own : rights.delete_any)
      : has(rights.delete_any) && compareRoles(role, roleIn(log, kept.deletedBy)) > 0;
  if (!isAllowed) return refuse('forbidden');
  // Words that come back are said again.
  if ((member.place.deny & blockedMark) !== 0) return refuse('dm_not_allowed');
  const entry = append([messageId]);
  const { content, metadata } = kept.version;
  row.message = { ...row.message, content, metadata, rev: entry.seq, deletedAt: null };
  row.kept = null;
  countReplies(log, row.message.threadId, { by: 1, seq: entry.seq });
  tell(world, { log, entry });
  return entry;
}
