/**
 * What waits to be sent, as a pure function: (state, input, around) -> [state, effects]. No clock, no randomness, no I/O inside.
 *
 *              enter                saved                 its turn in the lane
 *   (nothing) -------> saving ----------------> queued ----------------------------> sending
 *                        |   (memory: at once)  ^  ^  ^                               | | |
 *                        |      lost, no answer |  |  | retryAt comes                 | | |
 *                        |      +---------------+  |  +------------- waiting <--------+ | |   the server is busy
 *                        |      +-------------------- sending                           | |
 *              needs what failed              retry |                          refused  | |   done
 *                        v                          |                                   v v
 *                      blocked <----------------- failed <------------------------------+ (gone)
 *                               what needs it
 *
 * - A lane per conversation, first in first out, one operation outstanding: what is sent next was not sent before its predecessor had a verdict, so a retry can
 *   never overtake. What failed or is blocked lets the later ones pass. Over all lanes at most 32 are outstanding, as the server allows.
 * - Only the server's verdict ends an operation that is kept; others are given up after eight answers of a busy server. `rate_limited` is no such answer.
 * - The device knows that an operation may have left before it leaves: after a crash it is repeated under its id, and never folded.
 */
import { limits, ParleyError } from '@parley/protocol/wire';
import { backoffMs } from '../lib/backoff.js';
import type { Verdict } from './carrier.js';
import { enter } from './fold.js';
import { dependsOn, isWordy, type Operation } from './operation.js';
import { OutboxError } from './outbox-error.js';
import {
  append,
  block,
  find,
  isSaving,
  isStuck,
  type OutboxAround,
  type OutboxEffect,
  put,
  queued,
  reject,
  release,
  remove,
  save,
  type Turn,
} from './turn.js';

/** Everything that waits, in the order it entered. */
export type OutboxState = readonly Operation[];

export type OutboxInput =
  /** Already let in by `refusalOf`. */
  | { readonly type: 'enter'; readonly operation: Operation }
  /** Left by pages that are gone, in their order: they come before what entered here. */
  | { readonly type: 'adopt'; readonly operations: readonly Operation[] }
  | { readonly type: 'saved'; readonly ids: readonly string[]; readonly isSaved: boolean }
  | { readonly type: 'verdict'; readonly id: string; readonly verdict: Verdict }
  /** What waits until then may be tried again. */
  | { readonly type: 'due'; readonly at: number }
  /** There is a way to the server again. */
  | { readonly type: 'flush' }
  /** The server told of the message: it is stored, whatever became of the answer. */
  | { readonly type: 'seen'; readonly id: string; readonly ack: unknown }
  /** The caller does not want it any more. */
  | { readonly type: 'abort'; readonly id: string }
  | { readonly type: 'retry'; readonly id: string }
  | { readonly type: 'discard'; readonly id: string; readonly deletionId: string }
  /** No hope on this client: callers were told, and only what another page finds stays. */
  | { readonly type: 'end' };

/** What may wait, and for how long; of what failed the last `operations` stay. */
export const outboxLimits = { operations: 1000, bytes: 50_000_000, ageMs: 14 * 86_400_000 } as const;

const maxTries = 8;

export function advance(
  state: OutboxState,
  input: OutboxInput,
  around: OutboxAround,
): readonly [OutboxState, readonly OutboxEffect[]] {
  const turn: Turn = { operations: [...state], effects: [], around };
  take(turn, input);
  launch(turn);
  return [turn.operations, turn.effects];
}

/** Why an operation may not enter; undefined when it may. One of an id that is here is the same operation again. */
export function refusalOf(state: OutboxState, operation: Operation): Error | undefined {
  if (operation.bytes > limits.operationBytes) return new ParleyError('payload_too_large');
  const twin = state.find(({ id }) => id === operation.id);
  if (twin !== undefined)
    return twin.lane === operation.lane && twin.operation === operation.operation
      ? undefined
      : new ParleyError('id_conflict');
  const waiting = state.filter((each) => !isStuck(each));
  const bytes = waiting.reduce((sum, each) => sum + each.bytes, operation.bytes);
  const isFull = waiting.length >= outboxLimits.operations || bytes > outboxLimits.bytes;
  return isFull ? new OutboxError('outbox_full') : undefined;
}

function take(turn: Turn, input: OutboxInput): void {
  switch (input.type) {
    case 'enter':
      return enterOrRevive(turn, input.operation);
    case 'adopt':
      return adopt(turn, input.operations);
    case 'saved':
      return markSaved(turn, input);
    case 'due':
      for (const operation of [...turn.operations])
        if (operation.delivery.status === 'waiting' && operation.delivery.retryAt <= input.at)
          put(turn, operation, queued);
      return;
    case 'flush':
      return expire(turn);
    case 'end':
      return end(turn);
    default: {
      const operation = find(turn, input.id);
      if (operation !== undefined) takeOne(turn, operation, input);
    }
  }
}

type InputOfOne = Extract<OutboxInput, { readonly type: 'verdict' | 'seen' | 'abort' | 'retry' | 'discard' }>;

function takeOne(turn: Turn, operation: Operation, input: InputOfOne): void {
  const isSending = operation.delivery.status === 'sending';
  switch (input.type) {
    case 'verdict':
      return isSending ? decide(turn, operation, input.verdict) : undefined;
    case 'seen':
      return isSending ? undefined : finish(turn, operation, input.ack);
    case 'abort':
      // Outstanding it keeps its place, so that the next one waits for its verdict.
      if (isSending) put(turn, operation, { givenUp: '' });
      else remove(turn, operation);
      return;
    case 'retry':
      return retry(turn, operation);
    case 'discard':
      return discard(turn, operation, input.deletionId);
    default:
      return input satisfies never;
  }
}

function enterOrRevive(turn: Turn, operation: Operation): void {
  const twin = find(turn, operation.id);
  if (twin === undefined) return enter(turn, operation);
  if (!isStuck(twin)) return;
  // The first words win where the server may have them.
  const input = twin.hasLeft ? twin.input : operation.input;
  retry(turn, put(turn, twin, { input, isHeard: true }));
}

function adopt(turn: Turn, found: readonly Operation[]): void {
  const news = found.filter(({ id }) => find(turn, id) === undefined);
  const first = (turn.operations[0]?.number ?? 1) - news.length;
  turn.operations.unshift(...news);
  news.forEach((operation, index) => void save(turn, operation, { number: first + index }));
  for (const { id } of news) {
    const operation = find(turn, id);
    if (operation?.givenUp !== undefined) takeBack(turn, operation, operation.givenUp);
    // What entered here did not know of it yet.
    else if (operation !== undefined && isStuck(operation)) block(turn, operation);
  }
  expire(turn);
}

function markSaved(turn: Turn, { ids, isSaved }: Extract<OutboxInput, { type: 'saved' }>): void {
  for (const id of ids) {
    const operation = find(turn, id);
    if (operation === undefined) continue;
    put(turn, operation, { saved: isSaved, ...(isSaving(operation) ? queued : {}) });
  }
}

function decide(turn: Turn, operation: Operation, verdict: Verdict): void {
  const { givenUp, tries, isKept } = operation;
  if (verdict.type === 'done') {
    finish(turn, operation, verdict.result);
    return givenUp === undefined ? undefined : followByDeletion(turn, operation, givenUp);
  }
  if (givenUp !== undefined)
    return verdict.type === 'refused' ? remove(turn, operation) : takeBack(turn, operation, givenUp);
  if (verdict.type === 'refused') return fail(turn, operation, verdict.error);
  if (verdict.type === 'unknown') return void put(turn, operation, queued);
  const { error, isAskedTooOften } = verdict;
  if (!isAskedTooOften && !isKept && tries >= maxTries) return fail(turn, operation, error);
  const attempt = isAskedTooOften ? 1 : tries;
  const retryAt = turn.around.now + (error.retryAfterMs ?? 0) + backoffMs(attempt, turn.around.random);
  put(turn, operation, { tries: attempt, delivery: { status: 'waiting', retryAt } });
}

function finish(turn: Turn, operation: Operation, result: unknown): void {
  turn.effects.push({ type: 'resolve', id: operation.id, result });
  remove(turn, operation);
  release(turn, operation.id);
}

/** The last word, until somebody retries. What the server refused is not stored: a repeat of what is would have had its first answer. */
function fail(turn: Turn, operation: Operation, error: Error): void {
  const { id, isKept, isQuiet, isHeard } = operation;
  reject(turn, id, error);
  if (!isKept || isQuiet || (isHeard && !isWordy(operation))) return remove(turn, operation);
  const hasLeft = operation.hasLeft && !(error instanceof ParleyError);
  const delivery = { status: 'failed', error } as const;
  block(turn, save(turn, operation, { delivery, hasLeft, mayHaveLeft: hasLeft }));
  const stuck = turn.operations.filter(isStuck);
  // An application that looks at the promises only never discards: the oldest of very many goes.
  if (stuck.length > outboxLimits.operations && stuck[0] !== undefined) remove(turn, stuck[0]);
}

function retry(turn: Turn, operation: Operation): void {
  const { delivery } = operation;
  if (delivery.status === 'blocked') {
    const root = find(turn, delivery.by);
    return root === undefined ? undefined : retry(turn, root);
  }
  if (delivery.status !== 'failed' && delivery.status !== 'waiting') return;
  save(turn, operation, { ...queued, tries: 0, enqueuedAt: turn.around.now });
  release(turn, operation.id);
}

/** Takes an operation out, with what needs it. */
function discard(turn: Turn, operation: Operation, deletionId: string): void {
  for (const other of [...turn.operations])
    if (other !== operation && turn.operations.includes(other) && dependsOn(other, operation))
      discard(turn, other, '');
  reject(turn, operation.id, new OutboxError('discarded'));
  if (operation.delivery.status === 'sending') save(turn, operation, { givenUp: deletionId });
  else takeBack(turn, operation, deletionId);
}

function takeBack(turn: Turn, operation: Operation, deletionId: string): void {
  remove(turn, operation);
  if (operation.hasLeft) followByDeletion(turn, operation, deletionId);
}

/** A message that may be stored, or is, and that nobody wants any more. */
function followByDeletion(turn: Turn, message: Operation, deletionId: string): void {
  if (deletionId === '' || message.operation !== 'sendMessage') return;
  append(turn, {
    ...message,
    id: deletionId,
    opId: deletionId,
    operation: 'deleteMessage',
    input: { conversationId: message.input['conversationId'], messageId: message.id },
    enqueuedAt: turn.around.now,
    tries: 0,
    hasLeft: false,
    saved: false,
    isHeard: false,
    isQuiet: true,
    givenUp: undefined,
  });
}

function expire(turn: Turn): void {
  const oldest = turn.around.now - outboxLimits.ageMs;
  for (const operation of [...turn.operations]) {
    const isOver = operation.isKept && operation.enqueuedAt < oldest && !isStuck(operation);
    if (isOver && operation.delivery.status !== 'sending') fail(turn, operation, new OutboxError('expired'));
  }
}

function end(turn: Turn): void {
  for (const operation of [...turn.operations]) {
    if (isStuck(operation)) continue;
    if (!operation.isKept || !turn.around.isPersistent) remove(turn, operation);
    else put(turn, operation, { isHeard: false, ...(isSaving(operation) ? {} : queued) });
  }
}

/** Gives the carrier what is next in each lane. */
function launch(turn: Turn): void {
  const { operations, around, effects } = turn;
  if (!around.canSend) return;
  if (around.isPersistent) rememberLeaving(turn);
  let outstanding = operations.filter(({ delivery }) => delivery.status === 'sending').length;
  const taken = new Set<string>();
  for (const operation of [...operations]) {
    if (taken.has(operation.lane) || isStuck(operation)) continue;
    taken.add(operation.lane);
    if (operation.delivery.status !== 'queued' || outstanding >= limits.inFlight) continue;
    outstanding += 1;
    const next = put(turn, operation, {
      delivery: { status: 'sending' },
      hasLeft: true,
      tries: operation.tries + 1,
    });
    effects.push({ type: 'send', lane: next.lane, operations: [next] });
  }
}

/** Everything that may go now is written down as gone first, in one transaction for all. */
function rememberLeaving(turn: Turn): void {
  for (const operation of [...turn.operations]) {
    const { delivery, isKept, saved, mayHaveLeft } = operation;
    if (delivery.status === 'queued' && isKept && saved && !mayHaveLeft)
      save(turn, operation, { mayHaveLeft: true, delivery: { status: 'saving' } });
  }
}
