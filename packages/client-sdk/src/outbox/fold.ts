/**
 * What never left the device is changed where it waits instead of being followed by its change:
 *
 *   send    + edit    one message with the last words
 *   send    + delete  nothing, nor reactions to it; not where a waiting message answers it
 *   edit    + edit    the last words
 *   edit    + delete  the deletion
 *   react   + unreact nothing, and the other way round
 *   read    + read    the further one
 *
 * Only the latest operation on the same thing is looked at, so nothing is moved across something it depends on. What has left is never folded: its effect may
 * be there already, and the server answers its id as it did the first time.
 */
import { utf8Length } from '@parley/protocol/wire';
import type { Operation } from './operation.js';
import { OutboxError } from './outbox-error.js';
import { append, reject, remove, save, type Turn } from './turn.js';

/** Puts an operation in, folded where it can be. */
export function enter(turn: Turn, operation: Operation): void {
  const topic = topicOf(operation);
  const last = [...turn.operations]
    .reverse()
    .find((other) => topic !== undefined && other.lane === operation.lane && topicOf(other) === topic);
  if (last === undefined || last.hasLeft) return append(turn, operation);
  const [was, is] = [last.operation, operation.operation];
  const isSend = was === 'sendMessage';
  // A change that was refused gives way to the next one, and the words of a message to its deletion.
  const isOver = last.delivery.status === 'failed' || (was === 'editMessage' && is === 'deleteMessage');
  if (isOver && !isSend) {
    drop(turn, last);
    return enter(turn, operation);
  }
  if (was === is || (isSend && is === 'editMessage')) return merge(turn, last, operation);
  if (reaction.test(was)) {
    drop(turn, last);
    return settle(turn, operation.id);
  }
  if (isSend && is === 'deleteMessage' && !isAnswered(turn, last))
    return cancelMessage(turn, last, operation);
  append(turn, operation);
}

const words = /^(send|edit|delete|restore)Message$/;
const reaction = /^(add|remove)Reaction$/;
const mark = /^mark(Unr|R)ead$/;

/** What an operation is about: two with one topic and lane follow each other. */
function topicOf({ operation, input, isKept }: Operation): string | undefined {
  if (!isKept) return undefined;
  if (words.test(operation)) return `words ${input['messageId'] ?? input['id']}`;
  if (reaction.test(operation)) return `reaction ${input['messageId']} ${input['emoji']}`;
  return mark.test(operation) ? `read ${input['threadId']}` : undefined;
}

/** The one that waits stays, with its id and place, and says what the new one says. */
function merge(turn: Turn, last: Operation, { id, input: change }: Operation): void {
  const { delivery } = last;
  const input = mergeInput(last, change);
  const isQueued = delivery.status === 'queued' && turn.around.isPersistent;
  save(turn, last, {
    input,
    bytes: utf8Length(JSON.stringify(input)),
    ...(isQueued ? { delivery: { status: 'saving' } } : {}),
  });
  if (delivery.status === 'failed') reject(turn, id, delivery.error);
  else if (delivery.status === 'blocked') reject(turn, id, new OutboxError('blocked'));
  else turn.effects.push({ type: 'join', from: id, id: last.id });
}

function mergeInput({ operation, input }: Operation, change: Operation['input']): Operation['input'] {
  const seq = operation === 'markRead' && Math.max(Number(input['seq']), Number(change['seq']));
  if (operation !== 'sendMessage') return { ...input, ...change, ...(seq === false ? {} : { seq }) };
  const { content, metadata = input['metadata'] } = change;
  // A new message without metadata has no such field.
  return { ...input, content, metadata: metadata ?? undefined };
}

function isAnswered({ operations }: Turn, { id, lane }: Operation): boolean {
  return operations.some(
    ({ input, lane: place }) => place === lane && (input['replyToId'] === id || input['threadId'] === id),
  );
}

function cancelMessage(turn: Turn, message: Operation, deletion: Operation): void {
  for (const operation of [...turn.operations])
    if (operation.lane === message.lane && operation.input['messageId'] === message.id) drop(turn, operation);
  remove(turn, message);
  reject(turn, message.id, new OutboxError('discarded'));
  settle(turn, deletion.id);
}

/** Takes an operation out whose caller has what it wanted. */
function drop(turn: Turn, operation: Operation): void {
  remove(turn, operation);
  settle(turn, operation.id);
}

/** The answer to what was undone on the device: an `Ack` with seq 0, for the server never heard of it. */
function settle({ effects, around }: Turn, id: string): void {
  effects.push({ type: 'resolve', id, result: { id, seq: 0, at: new Date(around.now).toISOString() } });
}
