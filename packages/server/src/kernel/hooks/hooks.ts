/**
 * What a host may add around Parley's operations: functions of its own, as the option `hooks`.
 *
 * - They are called where operations come together, so REST, sockets, calls in process, bulk sends and what was written inside transactions all meet them.
 * - `beforeCommand` and `authorise` run before anything is locked or written. They can refuse and narrow; Parley's own rules follow and stay as they are.
 * - `afterCommit` is told and asked nothing.
 */
import type {
  ChatEvent,
  Input,
  OperationName,
  Operations,
  ParsedInput,
  TenantId,
  UserId,
} from '@parley/protocol';

/** Operations that change something. Of a batch the commands in it are asked about, each as if it came alone. */
export type CommandName = Exclude<
  { [Name in OperationName]: Operations[Name]['kind'] extends 'command' ? Name : never }[OperationName],
  'runBatch'
>;

/** Who acts, whether by a token, a server key that acts as somebody, or `parley.as`. */
export interface HookActor {
  readonly userId: UserId;
  readonly tenantId: TenantId;
}

/** A command on its way in. */
export interface HookCommand<Name extends CommandName = CommandName> {
  readonly operation: Name;
  /**
   * As the contract parsed it: a copy, frozen. Of `register`, `login` and their like it holds passwords and tokens: they belong in no log.
   */
  readonly input: ParsedInput<Name>;
  /** `system`: software of the deployment's own that acts as nobody. `anonymous`: an operation that needs no token. */
  readonly by: HookActor | 'system' | 'anonymous';
}

/** Any command, told apart by `operation`. */
export type AnyHookCommand = { [Name in CommandName]: HookCommand<Name> }[CommandName];

// biome-ignore lint/suspicious/noConfusingVoidType: a function that returns nothing has that type, and is what most hooks are.
type Changed<Value> = Value | undefined | void | Promise<Value | undefined | void>;

/** One function for every command, or one each by the command's name. */
export type BeforeCommand =
  | ((command: AnyHookCommand) => Changed<Input<CommandName>>)
  | { readonly [Name in CommandName]?: (command: HookCommand<Name>) => Changed<Input<Name>> };

/** An operation of somebody, a query or a command, with what `beforeCommand` made of it. Told apart by `operation`. */
export type HookCall = {
  [Name in OperationName]: {
    readonly operation: Name;
    /** As in `HookCommand`. */
    readonly input: ParsedInput<Name>;
    readonly by: HookActor;
  };
}[OperationName];

/** `hidden` answers `not_found`, as if there were nothing. Anything but `true` refuses. */
export type HookVerdict = boolean | 'hidden';

/** Functions of the host's own around the operations. All are optional. */
export interface Hooks {
  /**
   * Called before a command is carried out. Returns nothing to let it pass as it is, or another input to go on with, which the contract parses again. Ids
   * (`id`, `conversationId`, what stands in the path, ids of listed messages) must stay: otherwise the call fails as `internal`, and the log says why. To refuse,
   * throw a `ParleyError`: `throw new ParleyError('forbidden')`; its code, `message`, `details` and `retryAfterMs` are what the caller gets.
   *
   * Commands of one conversation go on in the order they came, however long the function takes for each; it runs for several at once. Up to 1,000 commands of
   * a conversation wait so on a node, more are refused as `overloaded`. A command that is sent again is asked about again, although it has one effect: what
   * the function does elsewhere has to bear that.
   *
   * What it throws otherwise, and what takes longer than `hookTimeoutMs`, is a failure: see `onHookFailure`.
   */
  readonly beforeCommand?: BeforeCommand;
  /**
   * Asked of every operation of somebody, queries as well, after `beforeCommand` and before Parley's own rules, which still apply: it can only narrow.
   * `false` answers `forbidden`, `'hidden'` answers `not_found`. Where it answers without a promise nothing is waited for. It is about operations: what
   * members of a conversation are sent over their sockets does not pass here; take people out for that.
   */
  readonly authorise?: (call: HookCall) => HookVerdict | Promise<HookVerdict>;
  /**
   * Told of the events of conversations that this node committed, each conversation's in its order. Nobody waits for it; one call at a time, and what happens meanwhile comes with the next one.
   * Beyond 10,000 events waiting, new ones are dropped, logged once and counted (`parley_hook_events_dropped_total`).
   *
   * At most once: a node that dies tells nobody, and of events of other nodes the others tell. Who has to hear of each at least once reads the log
   * (`listChanges` with `mode: 'log'`) from the last seq it knows, and takes this as the hint to look.
   */
  readonly afterCommit?: (events: readonly ChatEvent[]) => unknown;
}

/** What becomes of an operation whose hook failed: refused as `unavailable`, which clients try again, or let through as it came. */
export type OnHookFailure = 'refuse' | 'allow';
