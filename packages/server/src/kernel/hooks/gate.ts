/**
 * Where an operation meets the host's hooks: after parsing and limits, before Parley's own rules.
 *
 * - Who may not call an operation at all is not asked about.
 * - Hooks get a frozen copy: what they change by hand would be a change that no contract has seen.
 * - As long as hooks answer without a promise and nobody waits, a command goes on in the same turn.
 */
import type { ConversationId } from '@parley/protocol';
import { ParleyError } from '@parley/protocol';
import type { Actor, ServerCaller } from '../../access/actor.js';
import type { RegisteredOperation } from '../registry.js';
import { acceptChange } from './accept-change.js';
import { conversationOf } from './conversation-of.js';
import { type GuardOptions, guardHook, isPromiseLike } from './guard-hook.js';
import type { AnyHookCommand, HookCall, Hooks, HookVerdict } from './hooks.js';
import { WaitingLines, type WaitingLinesOptions } from './waiting-lines.js';

export interface HookGateOptions extends GuardOptions, WaitingLinesOptions {
  readonly hooks: Pick<Hooks, 'beforeCommand' | 'authorise'>;
  readonly newId: () => string;
}

/** A call as hooks look at it. */
export interface HookedCall {
  readonly operation: RegisteredOperation;
  readonly actor: Actor | undefined;
  readonly server?: ServerCaller | undefined;
}

type BeforeAny = (command: AnyHookCommand) => unknown;
type Prepared = unknown;
type GoOn = (input: unknown) => Promise<unknown>;

export function createHookGate(options: HookGateOptions): HookGate {
  return new HookGate(options);
}

export class HookGate {
  readonly #options: HookGateOptions;
  readonly #lines: WaitingLines;

  constructor(options: HookGateOptions) {
    this.#options = options;
    this.#lines = new WaitingLines(options);
  }

  /** Carries a call out with the input the hooks leave it, or throws what they refuse it with. */
  pass(call: HookedCall, input: unknown, goOn: GoOn): Promise<unknown> {
    const before = this.#beforeOf(call);
    const isAsked = mayCall(call) && (before !== undefined || this.#options.hooks.authorise !== undefined);
    if (!isAsked && this.#lines.isEmpty) return goOn(input);
    const conversationId = this.#conversationOf(call, input);
    const mustWait = this.#lines.hasLine(conversationId);
    if (!isAsked && !mustWait) return goOn(input);
    this.#lines.requireRoom(conversationId);
    const prepared = isAsked ? this.#prepare(call, input, before) : input;
    if (!mustWait && !isPromiseLike(prepared)) return goOn(prepared);
    return this.#lines.wait(conversationId, Promise.resolve(prepared), goOn);
  }

  /** Resolves when no command waits for a hook. */
  idle(): Promise<void> {
    return this.#lines.idle();
  }

  #beforeOf({ operation }: HookedCall): BeforeAny | undefined {
    const { beforeCommand } = this.#options.hooks;
    if (beforeCommand === undefined || operation.operation.kind !== 'command') return undefined;
    // The commands in it pass here themselves.
    if (operation.handler.policy === 'batch') return undefined;
    // The function under a command's name takes that command, and no other is handed to it.
    if (typeof beforeCommand === 'function') return beforeCommand as BeforeAny;
    return Object.hasOwn(beforeCommand, operation.name)
      ? (beforeCommand as Readonly<Record<string, BeforeAny>>)[operation.name]
      : undefined;
  }

  #conversationOf({ operation, actor }: HookedCall, input: unknown): ConversationId | undefined {
    if (actor === undefined || operation.operation.kind !== 'command') return undefined;
    // Parsed by the contract of the operation whose handler gets it.
    return conversationOf(operation.handler, input as never, { actor, newId: this.#options.newId });
  }

  #prepare(call: HookedCall, input: unknown, before: BeforeAny | undefined): Prepared | Promise<Prepared> {
    if (before === undefined) return this.#authorise(call, input);
    const { name, operation } = call.operation;
    const command = { operation: name, input: frozenCopy(input), by: whoActs(call) };
    const changed = guardHook<unknown>(this.#options, {
      hook: 'beforeCommand',
      operation: name,
      // The registry has the contract's operation under its name, whose parsed input this is.
      run: () => before(command as AnyHookCommand),
      otherwise: undefined,
    });
    const accept = (after: unknown) =>
      this.#authorise(
        call,
        after === undefined ? input : acceptChange({ name, operation, before: input, after }),
      );
    return isPromiseLike(changed) ? changed.then(accept) : accept(changed);
  }

  #authorise(call: HookedCall, input: unknown): Prepared | Promise<Prepared> {
    const { authorise } = this.#options.hooks;
    const { operation, actor } = call;
    if (authorise === undefined || actor === undefined) return input;
    const asked = { operation: operation.name, input: frozenCopy(input), by: whoActs(call) };
    const verdict = guardHook<HookVerdict>(this.#options, {
      hook: 'authorise',
      operation: operation.name,
      // As above; it is somebody who acts.
      run: () => authorise(asked as HookCall),
      otherwise: true,
    });
    const obey = (given: HookVerdict) => {
      if (given === true) return input;
      throw new ParleyError(given === 'hidden' ? 'not_found' : 'forbidden');
    };
    return isPromiseLike(verdict) ? verdict.then(obey) : obey(verdict);
  }
}

function mayCall({ operation, actor, server }: HookedCall): boolean {
  switch (operation.operation.access) {
    case 'anyone':
      return true;
    case 'user':
      return actor !== undefined;
    case 'server':
      return server !== undefined;
    default:
      return operation.operation.access satisfies never;
  }
}

function whoActs({ actor, server }: HookedCall): AnyHookCommand['by'] {
  if (actor !== undefined) return { userId: actor.userId, tenantId: actor.tenantId };
  return server === undefined ? 'anonymous' : 'system';
}

/** Of what a contract parsed, which is JSON. By hand: `structuredClone` takes four times as long, more than parsing. */
function frozenCopy(input: unknown): unknown {
  if (typeof input !== 'object' || input === null) return input;
  if (Array.isArray(input)) return Object.freeze(input.map(frozenCopy));
  return Object.freeze(
    Object.fromEntries(Object.entries(input).map(([key, value]) => [key, frozenCopy(value)])),
  );
}
