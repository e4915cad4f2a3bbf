/**
 * Holds what was asked for against the log.
 *
 * - The seqs of a conversation are 1..n.
 * - Every acknowledged operation stands where its acknowledgement says. One that changed nothing (a reaction that was there, a member who was in) may
 *   name any entry of the log instead.
 * - An effect for every operation and no more: what was refused has none, what nobody heard of again has one or none, also where a later copy of it was
 *   refused.
 * - What one lane did to one conversation stands in the order it did it. Operations with unknown outcome are left out: they may land late.
 * - A message says what its latest send or edit said.
 */
import type { LogIndex } from './log-index.js';
import {
  type LogEntry,
  mayHaveLanded,
  type Operation,
  type OperationKind,
  type RunViolation,
} from './run-history.js';

const effects: Readonly<Record<OperationKind, string>> = {
  sendMessage: 'message.created',
  editMessage: 'message.updated',
  deleteMessage: 'message.deleted',
  addReaction: 'reaction.added',
  removeReaction: 'reaction.removed',
  addMembers: 'members.added',
  removeMember: 'members.removed',
};

/** Doing these again changes nothing, so they can be acknowledged without an entry of their own. */
const idempotent: ReadonlySet<OperationKind> = new Set([
  'deleteMessage',
  'addReaction',
  'removeReaction',
  'addMembers',
  'removeMember',
]);

/** All violations of one run; costs grow with its length. */
export function* checkOperations(log: LogIndex, operations: readonly Operation[]): Generator<RunViolation> {
  yield* checkNumbers(log.entries);
  const own = findOwn(log, operations);
  yield* checkAcknowledged(log, operations, own);
  yield* checkSurplus(log, operations, own);
  yield* checkLanes(operations, own);
  yield* checkContent(log, operations, own);
}

/** The entry that an acknowledged operation made. */
type Own = ReadonlyMap<Operation, LogEntry>;

function findOwn(log: LogIndex, operations: readonly Operation[]): Own {
  const own = new Map<Operation, LogEntry>();
  for (const operation of operations) {
    if (operation.outcome.type !== 'acknowledged') continue;
    const entry = log.at(operation.conversationId, operation.outcome.seq);
    if (entry !== undefined && isEffect(entry, operation)) own.set(operation, entry);
  }
  return own;
}

function isEffect(entry: LogEntry, { kind, actorId, targetId }: Operation): boolean {
  return entry.kind === effects[kind] && entry.actorId === actorId && entry.targetIds.includes(targetId);
}

function* checkNumbers(entries: readonly LogEntry[]): Generator<RunViolation> {
  const last = new Map<string, number>();
  for (const { conversationId, seq } of entries) {
    const expected = (last.get(conversationId) ?? 0) + 1;
    if (seq !== expected)
      yield { rule: 'hole', conversationId, detail: `${seq} stands where ${expected} belongs` };
    last.set(conversationId, seq);
  }
}

function* checkAcknowledged(
  log: LogIndex,
  operations: readonly Operation[],
  own: Own,
): Generator<RunViolation> {
  const claimed = new Map<LogEntry, Operation>();
  for (const operation of operations) {
    const { outcome, kind, conversationId } = operation;
    if (outcome.type !== 'acknowledged') continue;
    const entry = own.get(operation);
    if (entry === undefined) {
      const isThere = log.at(conversationId, outcome.seq) !== undefined;
      if (!isThere || !idempotent.has(kind))
        yield { rule: 'lost', conversationId, detail: describe(operation) };
      continue;
    }
    const other = claimed.get(entry);
    if (other !== undefined && !idempotent.has(kind))
      yield { rule: 'shared', conversationId, detail: `${describe(operation)} and ${describe(other)}` };
    claimed.set(entry, operation);
  }
}

function* checkSurplus(log: LogIndex, operations: readonly Operation[], own: Own): Generator<RunViolation> {
  const allowed = new Map<string, { readonly seqs: Set<number>; unknown: number }>();
  for (const operation of operations) {
    const { outcome, conversationId, kind, actorId, targetId } = operation;
    if (outcome.type === 'refused' && !mayHaveLanded(outcome)) continue;
    const name = nameOf({ conversationId, kind: effects[kind], actorId }, targetId);
    const allowance = allowed.get(name) ?? { seqs: new Set(), unknown: 0 };
    allowed.set(name, allowance);
    const entry = own.get(operation);
    if (entry !== undefined) allowance.seqs.add(entry.seq);
    else if (mayHaveLanded(outcome)) allowance.unknown += 1;
  }
  for (const entry of log.entries) {
    if (entry.kind === 'conversation.created') continue;
    for (const targetId of entry.targetIds) {
      const allowance = allowed.get(nameOf(entry, targetId));
      if (allowance?.seqs.has(entry.seq) === true) continue;
      if (allowance !== undefined && allowance.unknown > 0) allowance.unknown -= 1;
      else
        yield {
          rule: 'surplus',
          conversationId: entry.conversationId,
          detail: `${entry.kind} of ${targetId} by ${entry.actorId} at ${entry.seq}`,
        };
    }
  }
}

function nameOf(entry: Pick<LogEntry, 'conversationId' | 'kind' | 'actorId'>, targetId: string): string {
  return `${entry.conversationId} ${entry.kind} ${entry.actorId} ${targetId}`;
}

function* checkLanes(operations: readonly Operation[], own: Own): Generator<RunViolation> {
  const last = new Map<string, { readonly seq: number; readonly operation: Operation }>();
  for (const operation of operations) {
    const entry = own.get(operation);
    if (entry === undefined) continue;
    const { lane, conversationId, kind } = operation;
    const name = `${lane} ${conversationId}`;
    const before = last.get(name);
    // What can be done again may have been done by somebody's earlier copy, whose place it was told.
    if (before !== undefined && before.seq > entry.seq) {
      if (!idempotent.has(kind))
        yield {
          rule: 'reordered',
          conversationId,
          detail: `${describe(operation)} after ${describe(before.operation)}`,
        };
    } else last.set(name, { seq: entry.seq, operation });
  }
}

function* checkContent(log: LogIndex, operations: readonly Operation[], own: Own): Generator<RunViolation> {
  const written = new Map<string, Set<string>>();
  const latest = new Map<string, { readonly seq: number; readonly content: string }>();
  for (const operation of operations) {
    const { content, targetId, outcome } = operation;
    if (content === undefined || (outcome.type === 'refused' && !mayHaveLanded(outcome))) continue;
    written.set(targetId, (written.get(targetId) ?? new Set()).add(content));
    const seq = own.get(operation)?.seq;
    if (seq !== undefined && seq > (latest.get(targetId)?.seq ?? 0)) latest.set(targetId, { seq, content });
  }
  for (const { conversationId, seq, message } of log.entries) {
    if (message === undefined || message.deletedAt !== null) continue;
    const isWritten = written.get(message.id)?.has(message.content) === true;
    const last = latest.get(message.id);
    // The last writing may be one whose outcome nobody heard: then there is an entry above the last one known.
    const isLast =
      last === undefined || last.content === message.content || log.writtenAt(message.id) > last.seq;
    if (!isWritten || !isLast)
      yield {
        rule: 'altered',
        conversationId,
        detail: `${message.id} says "${message.content}", read at ${seq}`,
      };
  }
}

function describe({ lane, kind, targetId, outcome }: Operation): string {
  return `${kind} of ${targetId} by ${lane} (${outcome.type === 'acknowledged' ? outcome.seq : outcome.type})`;
}
