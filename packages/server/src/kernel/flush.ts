/**
 * Carries out a batch of operations in one transaction, with one verdict for each.
 *
 * - Plain messages have a road of their own: one SQL function, one round trip.
 * - Anything else: lock, repeats and rights -> `judge` a kind -> numbers, entries and the commit log -> `apply` a kind -> `reacts` -> commit. Every step
 *   is one statement for the whole batch, so a flush costs three and two a kind.
 */
import { type ChatEvent, type Message, rights } from '@parley/protocol';
import type { Database, Tx } from '../db/database.js';
import { entryKinds } from '../eventlog/entry-kinds.js';
import type { FlushSteps } from '../eventlog/flush-steps.js';
import type { Refusal, SendBatch, SendVerdict } from '../eventlog/send.js';
import type { Command, Operation, PlacedOperation } from './command.js';
import type { Reactions } from './define-feature.js';
import { toMessageEvent } from './message-event.js';
import { refuseHidden } from './refuse-hidden.js';

/** What became of an operation. `busy`: somebody else holds the conversation; nothing was decided. */
export type Verdict =
  | {
      readonly status: 'applied';
      readonly seq: number;
      readonly at: string;
      readonly event: ChatEvent;
      /** True when the event is about a message that some members may not see. */
      readonly isWithheld?: boolean;
    }
  | { readonly status: 'repeated'; readonly seq: number; readonly at: string }
  | { readonly status: 'busy' }
  | Refusal;

/** One verdict for every operation, in their order. */
export type Flush = (
  operations: readonly Operation[],
  options: { readonly wait: boolean },
) => Promise<Verdict[]>;

export interface FlushOptions {
  readonly database: Database;
  readonly sendBatch: SendBatch;
  readonly steps: FlushSteps;
  readonly reacts: Reactions;
  readonly messagesOf: (event: ChatEvent) => readonly Message[];
}

export function createFlush({ database, sendBatch, ...parts }: FlushOptions): Flush {
  return async (operations, options) => {
    const sends = operations.flatMap(({ send }) => send ?? []);
    if (sends.length === operations.length)
      return (await sendBatch(sends, options)).map((verdict, index) => toVerdict(verdict, operations[index]));
    return database.transaction((tx) => new MixedFlush({ tx, ...parts }, operations).run(options.wait));
  };
}

function toVerdict(verdict: SendVerdict, operation: Operation | undefined): Verdict {
  if (verdict.status !== 'applied' || operation?.send === undefined)
    // The fused function's other verdicts are those of a flush.
    return verdict as Exclude<Verdict, { status: 'applied' }>;
  const { seq, at } = verdict;
  return { status: 'applied', seq, at, event: toMessageEvent(operation.send, verdict) };
}

interface Parts extends Pick<FlushOptions, 'steps' | 'reacts' | 'messagesOf'> {
  readonly tx: Tx;
}

/** One transaction. `accepted` shrinks from step to step; whatever leaves it has its verdict. */
class MixedFlush {
  readonly #parts: Parts;
  readonly #operations: readonly Operation[];
  readonly #verdicts: Verdict[];

  constructor(parts: Parts, operations: readonly Operation[]) {
    this.#parts = parts;
    this.#operations = operations;
    this.#verdicts = new Array<Verdict>(operations.length);
  }

  async run(wait: boolean): Promise<Verdict[]> {
    const accepted = await this.#judge(await this.#admit(wait));
    if (accepted.length > 0) await this.#apply(await this.#place(accepted));
    return this.#verdicts;
  }

  async #admit(wait: boolean): Promise<Indexed<Operation>[]> {
    const admissions = await this.#parts.steps.begin(this.#parts.tx, this.#operations.map(toCandidate), {
      wait,
    });
    return this.#operations.flatMap((operation, index) => {
      const admission = admissions[index] ?? { status: 'busy' };
      if (admission.status === 'admitted')
        return [{ index, operation: { ...operation, standing: admission } }];
      this.#verdicts[index] = admission;
      return [];
    });
  }

  async #judge(admitted: readonly Indexed<Operation>[]): Promise<Indexed<Operation>[]> {
    const refused = new Set<number>();
    const hidden = await refuseHidden(
      this.#parts.tx,
      admitted.map(({ operation }) => operation),
    );
    for (const [position, { index }] of admitted.entries()) {
      const code = hidden[position];
      if (code === undefined) continue;
      refused.add(index);
      this.#verdicts[index] = { status: 'refused', code };
    }
    for (const [command, items] of byCommand(admitted.filter(({ index }) => !refused.has(index)))) {
      const codes = await command.judge(
        this.#parts.tx,
        items.map(({ operation }) => operation),
      );
      for (const [position, { index }] of items.entries()) {
        const code = codes[position];
        if (code === undefined) continue;
        refused.add(index);
        this.#verdicts[index] = { status: 'refused', code };
      }
    }
    return admitted.filter(({ index }) => !refused.has(index));
  }

  async #place(accepted: readonly Indexed<Operation>[]): Promise<Indexed<PlacedOperation>[]> {
    const places = await this.#parts.steps.place(
      this.#parts.tx,
      accepted.map(({ operation }) => ({
        ...operation,
        kind: entryKinds[operation.command.entry],
        threadId: operation.message?.threadId ?? null,
      })),
    );
    return accepted.flatMap(({ index, operation }, position) => {
      const place = places[position];
      return place === undefined ? [] : [{ index, operation: { ...operation, ...place } }];
    });
  }

  async #apply(placed: readonly Indexed<PlacedOperation>[]): Promise<void> {
    for (const [command, items] of byCommand(placed)) {
      const operations = items.map(({ operation }) => operation);
      const data = await command.apply(this.#parts.tx, operations);
      if (data.length !== items.length)
        throw new Error(`${command.entry} gave ${data.length} of ${items.length} rows`);
      for (const [position, { index, operation }] of items.entries()) {
        const event = toEvent(operation, data[position]);
        const { hiddenBelow } = operation.standing;
        this.#verdicts[index] = {
          status: 'applied',
          seq: operation.seq,
          at: operation.at,
          event,
          isWithheld: this.#parts.messagesOf(event).some(({ seq }) => seq < hiddenBelow),
        };
      }
      for (const react of this.#parts.reacts.get(command.entry) ?? [])
        await react(this.#parts.tx, operations);
    }
  }
}

interface Indexed<Item> {
  readonly index: number;
  readonly operation: Item;
}

function byCommand<Item extends Operation>(items: readonly Indexed<Item>[]): Map<Command, Indexed<Item>[]> {
  const groups = new Map<Command, Indexed<Item>[]>();
  for (const item of items) {
    const group = groups.get(item.operation.command);
    if (group === undefined) groups.set(item.operation.command, [item]);
    else group.push(item);
  }
  return groups;
}

function toCandidate(operation: Operation) {
  const { command } = operation;
  return {
    ...operation,
    kind: entryKinds[command.entry],
    right: bitsOf(command.right),
  };
}

function bitsOf(right: Command['right']): number {
  if (right === 'member') return 0;
  return typeof right === 'string' ? rights[right] : right.reduce((bits, one) => bits | rights[one], 0);
}

function toEvent({ conversationId, seq, at, actorId, command }: PlacedOperation, data: unknown): ChatEvent {
  // `defineCommand` proved that the data is what the contract of its entry says.
  return { kind: command.entry, conversationId, seq, at, actorId, data } as ChatEvent;
}
