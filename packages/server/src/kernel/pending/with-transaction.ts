import { hasRight, type Input, type OpId, ParleyError, refusalOf, rights, speech } from '@parley/protocol';
import { requireRight } from '../../access/access.js';
import type { Actor } from '../../access/actor.js';
import { entryKinds } from '../../eventlog/entry-kinds.js';
import type { Command } from '../command.js';
import { type CallOptions, inProcessActor, parseOpId } from '../in-process.js';
import { parseInput } from '../parse-input.js';
import type { RegisteredOperation, Registry } from '../registry.js';
import { type AppTransaction, findStanding, insertOperation, type Standing } from './standing.store.js';
import { type WriterName, writers } from './writers.js';

/** What is known of an operation before it is carried out. */
export interface Written {
  /** The command's name; of a message its id. */
  readonly opId: OpId;
}

/**
 * Operations that are written down in the app's transaction. They resolve when that is done and throw `ParleyError` for what the actor may not do as
 * things stand; nothing is sent before the app commits.
 */
export type PendingCalls = {
  readonly [Name in WriterName]: (input: Input<Name>, options?: CallOptions) => Promise<Written>;
};

export interface TransactionCalls {
  /** As one person, by id. */
  as(userId: string): PendingCalls;
}

interface Parts {
  readonly registry: Pick<Registry, 'operations'>;
  readonly newId: () => string;
}

/**
 * Operations inside the app's own transaction: judged by reading, carried out after its commit. No head is locked: a lock of Parley's inside a stranger's
 * transaction would stop the conversation for as long as that lasts.
 */
export function withTransaction(parts: Parts, tx: AppTransaction): TransactionCalls {
  return {
    as: (userId) => {
      const actor = inProcessActor(userId);
      const calls = writers.map((name) => [
        name,
        async (input: unknown, options: CallOptions = {}) =>
          write({ parts, tx, actor, name, input, options }),
      ]);
      // One function for each name of the list.
      return Object.fromEntries(calls) as PendingCalls;
    },
  };
}

interface Writing {
  readonly parts: Parts;
  readonly tx: AppTransaction;
  readonly actor: Actor;
  readonly name: WriterName;
  readonly input: unknown;
  readonly options: CallOptions;
}

async function write({ parts, tx, actor, name, input, options }: Writing): Promise<Written> {
  const registered = parts.registry.operations.get(name);
  if (registered === undefined) throw new Error(`nobody carries out ${name}`);
  const { command, conversationId, id } = readRequest(registered, actor, input);
  // An id in an input is a command's name, parsed as one.
  const opId = (id ?? parseOpId(options.opId) ?? parts.newId()) as OpId;
  const { tenantId, userId } = actor;
  const kind = entryKinds[command.entry];
  const standing = await findStanding(tx, { tenantId, conversationId, userId, opId, kind });
  // What has happened needs no right any more, and no second time.
  if (standing?.isRepeat === true) return { opId };
  requireStanding(standing, command.right);
  await insertOperation(tx, { tenantId, userId, operation: name, opId, conversationId, input });
  return { opId };
}

function readRequest({ name, operation, handler }: RegisteredOperation, actor: Actor, input: unknown) {
  if (handler.policy !== 'writer') throw new Error(`${name} does not go through the batcher`);
  // Parsed by the contract of the very operation whose handler gets it.
  return handler.request(parseInput(operation, input) as never, actor);
}

/** The rule of the lock, by reading: the lock judges again, later. */
function requireStanding(standing: Standing | undefined, right: Command['right']): void {
  if (standing === undefined) throw new ParleyError('not_found');
  const { head, membership } = standing;
  const member = requireRight(head, membership, 'member');
  if (right === 'member') return;
  if (head.state === 'archived') throw new ParleyError('conversation_archived');
  // Of several rights any will do.
  const names = typeof right === 'string' ? [right] : right;
  const input = { roleRights: head.roleRights, ...member };
  const bits = names.reduce((all, name) => all | rights[name], 0);
  if (!names.some((name) => hasRight(input, name))) throw new ParleyError(refusalOf(member, bits));
  if (member.isMuted && (bits & speech) !== 0) throw new ParleyError('muted');
}
