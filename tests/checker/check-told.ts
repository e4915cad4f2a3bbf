/**
 * Holds what clients were told against the log.
 *
 * - What a client is told of a conversation follows, one by one, what it was told before. It begins anew after it was removed, after a reset, and where
 *   it only learned how far the conversation goes.
 * - After a long absence it is told what is different instead, never less than it knew, and goes on from there.
 * - It is told of each message once, however it learns of it.
 * - Where a client read a conversation by itself, or was told a head, what it is told next lies at most one above.
 * - What it is told is what the log has there.
 * - What it is told live lies within a stay of its user. What it catches up with may lie between two stays: whoever is back may read it.
 * - Once a message was deleted nothing tells its words.
 */
import { isArrival } from './complete-people.js';
import type { LogIndex } from './log-index.js';
import type { ClientStory, LogEntry, RunViolation, Told } from './run-history.js';

/** All violations of one client's story; costs grow with its length. */
export function* checkTold(log: LogIndex, { client, userId, told }: ClientStory): Generator<RunViolation> {
  const cursors = new Map<string, Cursor>();
  const messages = new Map<string, Set<string>>();
  for (const each of told) {
    if (each.type === 'event') {
      const { entry } = each;
      yield* checkPlace(client, cursors.get(entry.conversationId), entry);
      yield* checkEntry(log, client, entry);
      yield* checkStay(log, { client, userId }, each);
    } else if (each.type === 'learned') {
      yield* checkEntry(log, client, each.entry);
      yield* checkStay(log, { client, userId }, { ...each, isCatchUp: true });
    } else if (each.type === 'caughtUp') yield* checkCaughtUp(client, cursors, each);
    yield* checkOnce(client, messages, each);
    move(cursors, each);
  }
}

function* checkCaughtUp(
  client: string,
  cursors: ReadonlyMap<string, Cursor>,
  { conversationId, to }: Extract<Told, { type: 'caughtUp' }>,
): Generator<RunViolation> {
  const cursor = cursors.get(conversationId);
  if (cursor !== undefined && !cursor.isAtMost && to < cursor.seq)
    yield {
      rule: 'told-again',
      conversationId,
      detail: `${client} was told what is different up to ${to} after ${cursor.seq}`,
    };
}

/** @param messages  of which the client was told, by conversation */
function* checkOnce(client: string, messages: Map<string, Set<string>>, told: Told): Generator<RunViolation> {
  if (told.type === 'removed') messages.delete(told.conversationId);
  if (told.type === 'reset') messages.clear();
  if ((told.type !== 'event' && told.type !== 'learned') || told.entry.kind !== 'message.created') return;
  const { conversationId, targetIds } = told.entry;
  const known = messages.get(conversationId) ?? new Set();
  messages.set(conversationId, known);
  for (const id of targetIds) {
    // An event that comes again breaks its place already.
    if (known.has(id) && told.type === 'learned')
      yield { rule: 'told-again', conversationId, detail: `${client} was told of ${id} again` };
    known.add(id);
  }
}

/** The next event is the one after `seq`; while `isAtMost`, it may also be one below. */
interface Cursor {
  readonly seq: number;
  readonly isAtMost: boolean;
}

function move(cursors: Map<string, Cursor>, told: Told): void {
  switch (told.type) {
    case 'event': {
      const { conversationId, seq } = told.entry;
      const known = cursors.get(conversationId);
      const furthest = known === undefined || known.isAtMost ? seq : Math.max(seq, known.seq);
      cursors.set(conversationId, { seq: furthest, isAtMost: false });
      return;
    }
    case 'learned':
      return;
    case 'caughtUp':
      cursors.set(told.conversationId, { seq: told.to, isAtMost: false });
      return;
    case 'moved':
      // Tells nothing new about a conversation that is followed.
      if (!cursors.has(told.conversationId))
        cursors.set(told.conversationId, { seq: told.seq, isAtMost: true });
      return;
    case 'loaded':
      if (!cursors.has(told.conversationId))
        cursors.set(told.conversationId, { seq: told.to, isAtMost: true });
      return;
    case 'removed':
      cursors.delete(told.conversationId);
      return;
    case 'reset':
      cursors.clear();
      return;
    default:
      return told satisfies never;
  }
}

function* checkPlace(client: string, cursor: Cursor | undefined, entry: LogEntry): Generator<RunViolation> {
  const { conversationId, seq } = entry;
  if (cursor === undefined || seq === cursor.seq + 1) return;
  if (seq <= cursor.seq && cursor.isAtMost) return;
  yield {
    rule: seq <= cursor.seq ? 'told-again' : 'told-hole',
    conversationId,
    detail: `${client} was told ${seq} after ${cursor.seq}`,
  };
}

function* checkEntry(log: LogIndex, client: string, entry: LogEntry): Generator<RunViolation> {
  const { conversationId, seq, message } = entry;
  const there = log.at(conversationId, seq);
  const isSame =
    there?.kind === entry.kind &&
    there.actorId === entry.actorId &&
    (isArrival(entry) || there.targetIds.join() === entry.targetIds.join());
  if (!isSame)
    yield {
      rule: 'told-differs',
      conversationId,
      detail: `${client} was told ${entry.kind} of ${entry.targetIds} at ${seq}, the log has ${there?.kind ?? 'nothing'}`,
    };
  const deletedAt = message === undefined ? undefined : log.deletedAt(message.id);
  if (message !== undefined && deletedAt !== undefined && message.rev >= deletedAt && message.content !== '')
    yield {
      rule: 'deleted-shown',
      conversationId,
      detail: `${client} was told the words of ${message.id} at ${seq}`,
    };
}

function* checkStay(
  log: LogIndex,
  { client, userId }: Pick<ClientStory, 'client' | 'userId'>,
  { entry, isCatchUp }: { readonly entry: LogEntry; readonly isCatchUp: boolean },
): Generator<RunViolation> {
  const { conversationId, seq } = entry;
  const stays = log.stays(conversationId, userId);
  const isWithin = stays.some(({ from, to }) => from <= seq && seq <= to);
  const isBackLater = isCatchUp && stays.some(({ from }) => from > seq);
  if (!isWithin && !isBackLater)
    yield { rule: 'told-outside', conversationId, detail: `${client} was told ${seq}, ${entry.kind}` };
}
