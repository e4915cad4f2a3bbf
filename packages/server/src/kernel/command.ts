/**
 * What a kind of command says of itself, and all the batcher needs to know of it. A feature writes two set-based statements, `judge` and `apply`; locks,
 * repeats, rights, numbers, the log, retries and publishing are the kernel's.
 *
 * A flush holds at most one operation on a target, and none that refers to what another one of it touches: all parts of a statement see one snapshot,
 * so the second edit of a message would be acknowledged and lost. Such operations wait, in order, for the next flush. Commands that `commute`
 * may share a target; their statements group by it.
 */
import type {
  ConversationId,
  ErrorCode,
  EventKind,
  EventOf,
  OpId,
  Right,
  Role,
  TenantId,
  UserId,
} from '@parley/protocol';
import type { Tx } from '../db/database.js';
import type { SendOperation } from '../eventlog/send.js';

export interface Command {
  /** What it adds to the log. */
  readonly entry: EventKind;
  /** Proved under the lock, any one of several. `member`: whoever is in the conversation, also an archived one. */
  readonly right: Right | readonly Right[] | 'member';
  /** May share a target with operations of the same kind. */
  readonly commutes: boolean;
  /** After the locks, before numbering: an error code for each operation that may not be, in their order. */
  judge(tx: Tx, operations: readonly Operation[]): Promise<readonly (ErrorCode | undefined)[]>;
  /** Writes what numbered operations change. Returns the data of the event of each, in their order: what a reader of the log would get. */
  apply(tx: Tx, operations: readonly PlacedOperation[]): Promise<readonly unknown[]>;
}

/** What a feature asks for: one operation on its way into the log. */
export interface OperationRequest<Payload = unknown> {
  readonly command: Command;
  readonly conversationId: ConversationId;
  /** The operation's name where its input has one; otherwise the caller's key, or a new one. */
  readonly id?: string | undefined;
  /** Ids of the rows it changes or makes; they stand in its log entry. */
  readonly targets: readonly string[];
  /** Ids of rows it needs to stay as they are. */
  readonly refersTo?: readonly string[] | undefined;
  readonly payload: Payload;
  /** Set for a message: its id is the operation's, and it counts in its scope. */
  readonly message?: { readonly threadId: string | null } | undefined;
  /** Set when the fused function can carry it, which knows plain messages only. */
  readonly send?: SendOperation | undefined;
  /** About how much it is, encoded. */
  readonly bytes: number;
}

/** The same with who wants it and under which name. */
export interface Operation<Payload = unknown> extends OperationRequest<Payload> {
  readonly tenantId: TenantId;
  readonly actorId: UserId;
  readonly opId: OpId;
  /** The actor's role and rights, read under the lock; before that the least. */
  readonly standing: Standing;
}

/**
 * A request with who wants it. Written out, as `request` is: every message takes this road, and an object put together by spreading costs as much as
 * parsing its frame.
 */
export function toOperation(
  request: OperationRequest,
  { tenantId, userId }: { readonly tenantId: TenantId; readonly userId: UserId },
  opId: OpId,
): Operation {
  return {
    command: request.command,
    conversationId: request.conversationId,
    id: request.id,
    targets: request.targets,
    refersTo: request.refersTo,
    payload: request.payload,
    message: request.message,
    send: request.send,
    bytes: request.bytes,
    tenantId,
    actorId: userId,
    opId,
    standing: noStanding,
  };
}

/** What an operation has before its rights were read. */
export const noStanding: Standing = { role: 'member', rights: 0, visibleFrom: 0, hiddenBelow: 0 };

export interface Standing {
  readonly role: Role;
  /** `(role_rights[role] | allow) & ~deny`, and `blockedMark` where that is among what is denied. */
  readonly rights: number;
  /** The first seq the actor may see. */
  readonly visibleFrom: number;
  /** What stands below is hidden from one member at least. */
  readonly hiddenBelow: number;
}

/** An operation that has its place in the log. */
export interface PlacedOperation<Payload = unknown> extends Operation<Payload> {
  readonly seq: number;
  /** Position in its scope; 0 for what is not a message. */
  readonly ord: number;
  /** ISO 8601 with microseconds. */
  readonly at: string;
}

interface CommandSpec<Payload, Kind extends EventKind> {
  readonly entry: Kind;
  readonly right: Command['right'];
  /** @default false */
  readonly commutes?: boolean;
  judge?(tx: Tx, operations: readonly Operation<Payload>[]): Promise<readonly (ErrorCode | undefined)[]>;
  apply(tx: Tx, operations: readonly PlacedOperation<Payload>[]): Promise<readonly EventOf<Kind>['data'][]>;
}

export interface DefinedCommand<Payload> extends Command {
  request(request: Omit<OperationRequest<Payload>, 'command'>): OperationRequest<Payload>;
}

/**
 * Ties the statements of a kind to the type of its payload: `defineCommand<Payload>()({ ... })`. `request` is the only way to make an operation of it, so
 * the payload is what they take.
 */
export function defineCommand<Payload>() {
  return <Kind extends EventKind>(spec: CommandSpec<Payload, Kind>): DefinedCommand<Payload> => {
    const command: Command = {
      entry: spec.entry,
      right: spec.right,
      commutes: spec.commutes ?? false,
      // The kernel hands a command nothing but operations that its own `request` made.
      judge: async (tx, operations) =>
        (await spec.judge?.(tx, operations as readonly Operation<Payload>[])) ?? [],
      apply: (tx, operations) => spec.apply(tx, operations as readonly PlacedOperation<Payload>[]),
    };
    return {
      ...command,
      request: ({ conversationId, id, targets, refersTo, payload, message, send, bytes }) => ({
        command,
        conversationId,
        id,
        targets,
        refersTo,
        payload,
        message,
        send,
        bytes,
      }),
    };
  };
}
