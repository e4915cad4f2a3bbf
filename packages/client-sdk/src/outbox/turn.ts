/** One step of the outbox's machine in the making: a working copy of the operations, and the effects so far. */
import type { Operation, OutboxDelivery } from './operation.js';
import { dependsOn } from './operation.js';
import { OutboxError } from './outbox-error.js';

export interface OutboxAround {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** At least 0, below 1. */
  readonly random: number;
  readonly canSend: boolean;
  /** What is kept is stored before it leaves. */
  readonly isPersistent: boolean;
}

export type OutboxEffect =
  /** To the server, in this order, in one piece. */
  | { readonly type: 'send'; readonly lane: string; readonly operations: readonly Operation[] }
  | { readonly type: 'save'; readonly operation: Operation }
  | { readonly type: 'forget'; readonly id: string }
  /** Whoever waits for `id` gets this. */
  | { readonly type: 'resolve'; readonly id: string; readonly result: unknown }
  | { readonly type: 'reject'; readonly id: string; readonly error: Error }
  /** Whoever waits for `from` waits for `id` from now on. */
  | { readonly type: 'join'; readonly from: string; readonly id: string };

export interface Turn {
  readonly operations: Operation[];
  readonly effects: OutboxEffect[];
  readonly around: OutboxAround;
}

export function find({ operations }: Turn, id: string): Operation | undefined {
  return operations.find((operation) => operation.id === id);
}

/** Changes an operation and stores it where it is kept. */
export function put(turn: Turn, operation: Operation, change: Partial<Operation>): Operation {
  const next = { ...operation, ...change };
  turn.operations[turn.operations.indexOf(operation)] = next;
  return next;
}

/** As `put`, and the device remembers it. */
export function save(turn: Turn, operation: Operation, change: Partial<Operation>): Operation {
  const next = put(turn, operation, change);
  if (next.isKept && turn.around.isPersistent) turn.effects.push({ type: 'save', operation: next });
  return next;
}

export function remove(turn: Turn, operation: Operation): void {
  turn.operations.splice(turn.operations.indexOf(operation), 1);
  if (operation.isKept && turn.around.isPersistent) turn.effects.push({ type: 'forget', id: operation.id });
}

/** Puts a new operation at the end, to be stored first where it can be. */
export function append(turn: Turn, operation: Operation): void {
  const { around, operations } = turn;
  const root = operations.find((other) => isStuck(other) && dependsOn(operation, other));
  const isKept = operation.isKept && around.isPersistent;
  const delivery: OutboxDelivery =
    root !== undefined ? { status: 'blocked', by: root.id } : { status: isKept ? 'saving' : 'queued' };
  const number = (operations.at(-1)?.number ?? 0) + 1;
  operations.push(operation);
  save(turn, operation, {
    number,
    delivery,
    mayHaveLeft: operation.hasLeft || (around.canSend && root === undefined),
  });
  if (root !== undefined) reject(turn, operation.id, new OutboxError('blocked'));
}

export function reject({ effects }: Turn, id: string, error: Error): void {
  effects.push({ type: 'reject', id, error });
}

export const queued = { delivery: { status: 'queued' } } as const;

export function isSaving({ delivery: { status } }: Operation): boolean {
  return status === 'saving';
}

/** Stopped until somebody decides; later operations of its lane pass it. */
export function isStuck({ delivery: { status } }: Operation): boolean {
  return status === 'failed' || status === 'blocked';
}

/** Stops what needs `root`, directly and not. */
export function block(turn: Turn, root: Operation): void {
  const stuck = [root];
  for (const operation of [...turn.operations]) {
    const by = stuck.find((other) => dependsOn(operation, other));
    if (by === undefined || operation.id === by.id || isStuck(operation)) continue;
    stuck.push(save(turn, operation, { delivery: { status: 'blocked', by: by.id } }));
    reject(turn, operation.id, new OutboxError('blocked'));
  }
}

/** Lets go on what waited for `id`, directly and not. */
export function release(turn: Turn, id: string): void {
  for (const operation of [...turn.operations]) {
    if (operation.delivery.status !== 'blocked' || operation.delivery.by !== id) continue;
    save(turn, operation, queued);
    release(turn, operation.id);
  }
}
