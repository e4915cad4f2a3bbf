/**
 * What a client's outbox makes of commands that had not left the device, undone for the checker, which then sees what was sent:
 *
 * - An edit into an unsent message, or into an unsent edit, is part of it: both are told the same place, and the last words are what was said.
 * - An unsent edit of a message that is deleted next, a reaction that is taken back unsent, and an unsent message that is deleted never leave. They are told
 *   place 0, which no entry of a log has, and each must have what it was undone by.
 *
 * Whoever is told place 0 for another reason is found by the checker: nothing stands there.
 */
import type { LogEntry, Operation, RunViolation } from './run-history.js';

export interface Unfolded {
  /** In their order, without those that never left. */
  readonly operations: readonly Operation[];
  readonly violations: readonly RunViolation[];
}

/** @param operations  those of one lane in the order they were begun */
export function unfold(operations: readonly Operation[], log: readonly LogEntry[]): Unfolded {
  const created = new Map<string, number>();
  for (const { kind, targetIds, seq } of log)
    if (kind === 'message.created') for (const id of targetIds) created.set(id, seq);
  const kept = new Set(operations);
  const changed = new Map<Operation, Operation>();
  const violations: RunViolation[] = [];
  for (const topic of byTopic(operations).values()) {
    if (topic.some(({ kind }) => isReaction(kind))) undoReactions(topic, { kept, operations, violations });
    else mergeWords(topic, { kept, changed, created });
  }
  return {
    operations: operations.filter((each) => kept.has(each)).map((each) => changed.get(each) ?? each),
    violations,
  };
}

function isReaction(kind: Operation['kind']): boolean {
  return kind === 'addReaction' || kind === 'removeReaction';
}

/** What can be folded into each other: the words of one message, or one reaction of one person, of one lane. */
function byTopic(operations: readonly Operation[]): Map<string, Operation[]> {
  const topics = new Map<string, Operation[]>();
  for (const operation of operations) {
    const { lane, conversationId, targetId, kind, emoji } = operation;
    if (kind === 'addMembers' || kind === 'removeMember') continue;
    const name = `${lane} ${conversationId} ${targetId} ${isReaction(kind) ? (emoji ?? '') : 'words'}`;
    const topic = topics.get(name) ?? [];
    topics.set(name, topic);
    topic.push(operation);
  }
  return topics;
}

interface Words {
  readonly kept: Set<Operation>;
  readonly changed: Map<Operation, Operation>;
  /** The seq that each message began with. */
  readonly created: ReadonlyMap<string, number>;
}

function mergeWords(topic: readonly Operation[], { kept, changed, created }: Words): void {
  let before: Operation | undefined;
  let isAfterUnknown = false;
  for (const [index, operation] of topic.entries()) {
    const seq = seqOf(operation);
    const { kind, targetId, outcome, lane } = operation;
    isAfterUnknown ||= outcome.type === 'unknown' && kind === 'editMessage';
    // What was refused on the way does not part what was folded around it.
    if (seq === undefined && kind !== 'sendMessage') continue;
    if (seq === 0) {
      if (isUndoneOnDevice(topic, index)) kept.delete(operation);
      continue;
    }
    // Nobody may have waited for the verdict on the message when the one on its edit came.
    const isPartOfSend =
      kind === 'editMessage' && seq === created.get(targetId) && before?.kind === 'sendMessage';
    const isPartOfEdit = kind === 'editMessage' && before !== undefined && seqOf(before) === seq;
    if (before !== undefined && (isPartOfSend || isPartOfEdit)) {
      kept.delete(operation);
      changed.set(before, { ...(changed.get(before) ?? before), ...contentOf(operation), outcome });
      continue;
    }
    before = operation;
    // It may stand in the place of an edit on whose verdict nobody waited, before what its lane did between the two.
    if (isAfterUnknown && kind === 'editMessage')
      changed.set(operation, { ...operation, lane: `${lane}, in an earlier place` });
  }
}

function contentOf({ content }: Operation): { readonly content?: string } {
  return content === undefined ? {} : { content };
}

function isUndoneOnDevice(topic: readonly Operation[], index: number): boolean {
  const operation = topic[index];
  if (operation?.kind === 'deleteMessage') return topic.slice(0, index).some(isTakenBack);
  const follower = topic.slice(index + 1).find((each) => each.kind !== 'editMessage' || seqOf(each) !== 0);
  return operation?.kind === 'editMessage' && follower?.kind === 'deleteMessage';
}

/** A send that was taken off the device with its deletion: it had not left, or it had been refused. After a reload nobody waits for its verdict. */
function isTakenBack({ kind, outcome }: Operation): boolean {
  return kind === 'sendMessage' && outcome.type !== 'acknowledged';
}

interface Reactions {
  readonly kept: Set<Operation>;
  readonly operations: readonly Operation[];
  readonly violations: RunViolation[];
}

/** Runs of reactions with place 0 take each other back, or went with their message. */
function undoReactions(topic: readonly Operation[], { kept, operations, violations }: Reactions): void {
  const [first] = topic;
  const undone = topic.filter((each) => seqOf(each) === 0);
  if (first === undefined || undone.length === 0) return;
  const kinds = new Set(topic.filter((each) => each.outcome.type !== 'refused').map(({ kind }) => kind));
  const isWithMessage = operations.some(
    (each) => each.lane === first.lane && each.targetId === first.targetId && isTakenBack(each),
  );
  for (const operation of undone) kept.delete(operation);
  if (kinds.size === 2 || isWithMessage) return;
  const { conversationId, targetId, lane } = first;
  violations.push({
    rule: 'lost',
    conversationId,
    detail: `${first.kind} of ${targetId} by ${lane} never left and nothing took it back`,
  });
}

function seqOf({ outcome }: Operation): number | undefined {
  return outcome.type === 'acknowledged' ? outcome.seq : undefined;
}
