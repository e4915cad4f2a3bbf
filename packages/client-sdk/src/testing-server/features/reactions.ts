/** Reactions: rows that say who, and a summary on the message that everybody gets. */
import type { ParsedInput } from '@parley/protocol';
import { isUuid, limits, type Message, type OperationName } from '@parley/protocol/wire';
import { cut, decodeCursor, encodeCursor, isTime } from '../cursors.js';
import { tell, usersOf } from '../events.js';
import { type Change, findVisible, type Placed, run } from '../log.js';
import type { MessageRow, ReactionRow } from '../state.js';
import { type Actor, type HandlersOf, refuse, requireReadable, type World } from '../world.js';

type Input = ParsedInput<Extract<OperationName, 'addReaction' | 'removeReaction'>>;

export function createReactions(world: World): HandlersOf<'reactions'> {
  const carry = (
    { input, actor, opId }: { readonly input: Input; readonly actor: Actor; readonly opId: string },
    kind: 'reaction.added' | 'reaction.removed',
  ) => {
    const { conversationId, messageId } = input;
    const carryOut = (change: Change) =>
      react(world, change, { ...input, isAdding: kind === 'reaction.added' });
    const { seq, at } = run(world, { conversationId, actor, opId, kind, right: 'react', carryOut });
    return { id: messageId, seq, at };
  };
  return {
    addReaction: (call) => carry(call, 'reaction.added'),
    removeReaction: (call) => carry(call, 'reaction.removed'),
    listReactions: ({ input: { conversationId, messageId, emoji, limit = 50, cursor }, actor }) => {
      const after = cursor === undefined ? '' : decodeCursor(cursor, [isTime, isUuid, isEmoji]).join(' ');
      const { log, member } = requireReadable(world, actor, conversationId);
      const row = findVisible(log, member, messageId);
      if (row === undefined || row.message.deletedAt !== null) return refuse('not_found');
      const found = row.reactions
        .filter((reaction) => !reaction.isRemoved && keyOf(reaction) > after)
        .filter((reaction) => emoji === undefined || reaction.emoji === emoji)
        .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
        .map(({ userId, at, emoji }) => ({ emoji, userId, at }));
      const page = cut(found, limit, (last) => encodeCursor(last.at, last.userId, last.emoji));
      return {
        ...page,
        users: usersOf(
          world.state,
          page.items.map(({ userId }) => userId),
        ),
      };
    },
  };
}

function keyOf({ at, userId, emoji }: Pick<ReactionRow, 'at' | 'userId' | 'emoji'>): string {
  return `${at} ${userId} ${emoji}`;
}

function isEmoji(text: string): boolean {
  return text !== '' && !text.includes('\0');
}

function react(world: World, change: Change, input: Input & { readonly isAdding: boolean }): Placed {
  const { log, member, append } = change;
  const { messageId, emoji, isAdding } = input;
  const row = findVisible(log, member, messageId);
  if (row === undefined || row.message.deletedAt !== null) return refuse('not_found');
  const isNew = row.message.reactions.every((count) => count.emoji !== emoji);
  if (isAdding && isNew && row.message.reactions.length >= limits.emojisPerMessage)
    return refuse('reaction_limit_reached');
  const entry = append([messageId]);
  const { userId } = member.place;
  const found = row.reactions.find((reaction) => reaction.userId === userId && reaction.emoji === emoji);
  const by = isAdding ? addRow(row, found, { userId, emoji, ...entry }) : removeRow(found, entry.seq);
  row.message = { ...row.message, rev: entry.seq, reactions: count(row.message.reactions, emoji, by) };
  tell(world, { log, entry }, { emoji });
  return entry;
}

/** Returns by how much the emoji counts more. A reaction that is there already moves only its rev. */
function addRow(
  row: MessageRow,
  found: ReactionRow | undefined,
  { userId, emoji, seq, at }: Pick<ReactionRow, 'userId' | 'emoji'> & Placed,
): number {
  if (found === undefined) {
    row.reactions.push({ userId, emoji, rev: seq, at, isRemoved: false });
    return 1;
  }
  const wasRemoved = found.isRemoved;
  Object.assign(found, { rev: seq, isRemoved: false, at: wasRemoved ? at : found.at });
  return wasRemoved ? 1 : 0;
}

function removeRow(found: ReactionRow | undefined, seq: number): number {
  if (found === undefined || found.isRemoved) return 0;
  Object.assign(found, { rev: seq, isRemoved: true });
  return -1;
}

/** In the order in which the emojis were first used. */
function count(counts: Message['reactions'], emoji: string, by: number): Message['reactions'] {
  if (by > 0 && counts.every((each) => each.emoji !== emoji)) return [...counts, { emoji, count: by }];
  return counts
    .map((each) => (each.emoji === emoji ? { emoji, count: each.count + by } : each))
    .filter((each) => each.count > 0);
}
