import type { DownFrame, OperationName } from '@parley/protocol/wire';
import { routes } from '@parley/protocol/wire';
import { expect, vi } from 'vitest';
import { callAs, createGroup, newId, type Person, register } from '../../support/people.js';
import { RawSocket } from '../../support/raw-socket.js';
import { RestClient } from '../../support/rest-client.js';
import { expectTypedError, fingerprint } from '../expect-error.js';
import type { Reply } from '../transports.js';

/** Two groups: one that somebody is in, with an ear that hears all of it, and one that they are not in. */
export interface Scene {
  readonly url: string;
  /** Owns the group they may be in. */
  readonly owner: Person;
  /** Is in it, and does what is tried. */
  readonly member: Person;
  /** Has a group of their own. */
  readonly other: Person;
  readonly conversationId: string;
  /** A message of the member in the group, and one that they deleted. */
  readonly messageId: string;
  readonly deletedId: string;
  readonly foreign: { readonly conversationId: string; readonly messageId: string };
  /** Sends as the member over both roads. */
  readonly send: (operation: OperationName, input: object) => Promise<readonly Reply[]>;
  /** What the owner was told since it was asked last. */
  readonly told: () => Promise<DownFrame[]>;
  /** How far the group's log goes, what stands in it last, and how far everybody has read. Nothing that succeeds is to be tried in it. */
  readonly state: () => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function openScene(url: string): Promise<Scene> {
  const [owner, member, other] = [await register(url), await register(url), await register(url)];
  const { id: conversationId } = await createGroup(url, owner, [member]);
  const { id: foreignId } = await createGroup(url, other, []);
  const say = async (person: Person, where: string): Promise<string> => {
    const id = newId();
    await callAs({ url, person }, 'sendMessage', { conversationId: where, id, content: `by ${person.id}` });
    return id;
  };
  const messageId = await say(member, conversationId);
  const deletedId = await say(member, conversationId);
  await callAs({ url, person: member }, 'deleteMessage', { conversationId, messageId: deletedId });
  const foreign = { conversationId: foreignId, messageId: await say(other, foreignId) };
  // Who sends has read up to there, which is written a moment later.
  await vi.waitFor(async () => {
    const { items } = await callAs({ url, person: owner }, 'listReceipts', { conversationId });
    expect(items.find(({ userId }) => userId === member.id)?.readSeq).toBe(3);
  });
  const ear = await RawSocket.enter(url, owner.token);
  ear.setOpen([conversationId]);
  const socket = await RawSocket.enter(url, member.token);
  const told = async (): Promise<DownFrame[]> => {
    await ear.call('getPreferences');
    const frames: DownFrame[] = [];
    while (ear.has(() => true)) frames.push(await ear.next());
    // The head of another group of theirs in which a lot happened comes up to a second later.
    return frames.filter((frame) => frame.type !== 'head' || frame.conversationId === conversationId);
  };
  await told();
  return {
    url,
    owner,
    member,
    other,
    conversationId,
    messageId,
    deletedId,
    foreign,
    send: async (operation, input) => [
      await new RestClient(url, member.token).callInFull(operation, input),
      { answer: await socket.call(operation, input) },
    ],
    told,
    state: async () => {
      const summary = await callAs({ url, person: owner }, 'getConversation', { conversationId });
      const receipts = await callAs({ url, person: owner }, 'listReceipts', { conversationId });
      return JSON.stringify([summary, receipts]);
    },
    close: async () => {
      await ear.close();
      await socket.close();
    },
  };
}

/** Every try is refused with the code, byte for byte alike on its road; nothing is stored and nobody is told. */
export async function expectAlike(
  { send, state, told }: Scene,
  { operation, inputs, code }: { operation: OperationName; inputs: readonly object[]; code: string },
): Promise<void> {
  // What happened in other groups of theirs is nothing of this.
  await told();
  const before = await state();
  const prints = [new Set<string>(), new Set<string>()];
  for (const input of inputs)
    for (const [road, reply] of (await send(operation, input)).entries()) {
      const error = expectTypedError(reply);
      expect(error.code, `${operation} ${JSON.stringify(input)}`).toBe(code);
      prints[road]?.add(fingerprint(reply));
    }
  expect(
    prints.map(({ size }) => size),
    `${routes[operation].rest} tells one from another`,
  ).toEqual([1, 1]);
  expect(await state()).toBe(before);
  expect(await told()).toEqual([]);
}
