import type { ErrorCode, OperationName, Output } from '@parley/protocol/wire';
import { callAs, createGroup, newId, type Person } from '../../support/people.js';
import type { World } from '../world.js';

export interface OperationCase<Name extends OperationName = OperationName> {
  /** A call that must succeed, with only the fields that must be there. Makes what it needs and is made anew for every use. */
  readonly prepare: (world: World) => Promise<Prepared>;
  /** Values for the other fields, each of which may be added to the prepared input alone. */
  readonly optional: (world: World) => Readonly<Record<string, unknown>>;
  /** What must be true of the output beyond its schema. */
  readonly holds: (output: Output<Name>, prepared: Prepared, world: World) => void;
  /** Errors that a text or number which fits no rule may also get: it may be well-formed and name nothing. */
  readonly mayAnswer?: readonly ErrorCode[];
  /** Fields whose text may be empty. */
  readonly mayBeEmpty?: readonly string[];
  /** Lists that may hold the same twice. */
  readonly mayRepeat?: readonly string[];
  /** Fields that take null. */
  readonly mayBeNull?: readonly string[];
}

export interface Prepared {
  readonly as: Person | undefined;
  readonly input: Readonly<Record<string, unknown>>;
}

/** Cases of some operations. */
export type CasesOf<Names extends OperationName> = { readonly [Name in Names]: OperationCase<Name> };

export const none = () => ({});

export const asMember =
  (input: (world: World) => object) =>
  async (world: World): Promise<Prepared> => ({
    as: world.member,
    input: { ...input(world) },
  });

export const inGroup = asMember(({ group }) => ({ conversationId: group.id }));

/** A group of the owner's that may be changed, with somebody of lower role in it. */
export async function ownGroup({ url, owner, member }: World): Promise<{ conversationId: string }> {
  return { conversationId: (await createGroup(url, owner, [member])).id };
}

/**
 * A group of the owner's with a message of theirs in it, which has the id of the world's message: ids of messages are unique in a conversation, so
 * optional fields may refer to it.
 */
export async function ownMessage(world: World): Promise<{ conversationId: string; messageId: string }> {
  const { conversationId } = await ownGroup(world);
  const { id } = world.message;
  const input = { conversationId, id, content: 'to be changed' };
  await callAs({ url: world.url, person: world.owner }, 'sendMessage', input);
  return { conversationId, messageId: id };
}

/** The same with a reply of the member's, at seq 3. */
export async function ownThread(world: World): Promise<{ conversationId: string; rootId: string }> {
  const { conversationId, messageId: rootId } = await ownMessage(world);
  const input = { conversationId, threadId: rootId, id: newId(), content: 'reply' };
  await callAs({ url: world.url, person: world.member }, 'sendMessage', input);
  return { conversationId, rootId };
}

/** An id that is no person's. */
export const nobody = '00000000-0000-4000-8000-0000000000aa';

/** The member, in a group of the owner's with one message, at seq 2, that they have not read. */
export async function inOwnMessage(world: World, input: object): Promise<Prepared> {
  const { conversationId } = await ownMessage(world);
  return { as: world.member, input: { conversationId, ...input } };
}
