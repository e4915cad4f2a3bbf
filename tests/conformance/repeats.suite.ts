import type { Ack, ConversationSummary, Message, OperationName, Output } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { callAs, createGroup, newId, type Person, register } from '../support/people.js';
import { expectCode } from './expect-error.js';
import { rest, type Transport, transports } from './transports.js';
import type { World } from './world.js';

/** A command sent again has one effect and the same answer, over either transport; an id of somebody else's is refused. */
export function describeRepeats(world: () => World): void {
  const call = async <Result>(
    transport: Transport,
    operation: OperationName,
    by: { as: Person; input: object; opId?: string },
  ) => resultOf<Result>((await transport.send(world(), { operation, ...by, input: { ...by.input } })).answer);
  const headOf = async (as: Person, conversationId: string) =>
    (await callAs({ url: world().url, person: as }, 'getConversation', { conversationId })).lastSeq;
  const ownGroup = async () => {
    const { url, owner, member } = world();
    return { owner, member, conversationId: (await createGroup(url, owner, [member])).id };
  };

  describe.each(transports)('first over $name', (first) => {
    it.each(transports)(
      'a message sent again over $name is one message with one answer, also with other words',
      async (second) => {
        const { owner, conversationId } = await ownGroup();
        const input = { conversationId, id: newId(), content: 'first words' };
        const ack = await call<Ack>(first, 'sendMessage', { as: owner, input });
        for (const content of ['first words', 'other words']) {
          const again = await call<Ack>(second, 'sendMessage', { as: owner, input: { ...input, content } });
          expect(again).toEqual(ack);
        }
        const spelled = { ...input, id: input.id.toUpperCase() };
        expect(await call<Ack>(second, 'sendMessage', { as: owner, input: spelled })).toEqual(ack);
        const page = await call<{ items: Message[] }>(first, 'listMessages', {
          as: owner,
          input: { conversationId },
        });
        expect(page.items.map(({ content }) => content)).toEqual(['first words']);
      },
    );

    it.each(transports)('a conversation made again over $name is one conversation', async (second) => {
      const { owner, member } = world();
      const by = { as: owner, input: { type: 'group', id: newId(), name: 'Twice', memberIds: [member.id] } };
      const made = await call<ConversationSummary>(first, 'createConversation', by);
      expect(await call<ConversationSummary>(second, 'createConversation', by)).toEqual(made);
      expect(await headOf(owner, made.id)).toBe(1);
    });

    it.each(transports)(
      'adding and removing again over $name with the same key has one effect',
      async (second) => {
        const { owner, member, conversationId } = await ownGroup();
        const remove = { as: owner, input: { conversationId, userId: member.id }, opId: newId() };
        const removed = await call(first, 'removeMember', remove);
        expect(await call(second, 'removeMember', remove)).toEqual(removed);
        const add = { as: owner, input: { conversationId, userIds: [member.id] }, opId: newId() };
        const added = await call(first, 'addMembers', add);
        // The key still names the removal that was: the member stays.
        expect(await call(second, 'removeMember', remove)).toEqual(removed);
        expect(await call(second, 'addMembers', { ...add, opId: add.opId.toUpperCase() })).toEqual(added);
        expect([removed, added]).toEqual([{ seq: 2 }, { seq: 3 }]);
        expect(await headOf(member, conversationId)).toBe(3);
      },
    );
  });

  describe.each(transports)('first over $name, of a message', (first) => {
    it.each(transports)(
      'edits, reactions and deletions again over $name with the same key have one effect',
      async (second) => {
        const { owner, conversationId } = await ownGroup();
        const messageId = newId();
        await call(first, 'sendMessage', {
          as: owner,
          input: { conversationId, id: messageId, content: 'one' },
        });
        const changes: [OperationName, object][] = [
          ['editMessage', { content: 'two' }],
          ['addReaction', { emoji: ':ship:' }],
          ['removeReaction', { emoji: ':ship:' }],
          ['deleteMessage', {}],
        ];
        const done: { operation: OperationName; by: Parameters<typeof call>[2]; ack: unknown }[] = [];
        for (const [operation, more] of changes) {
          const by = { as: owner, input: { conversationId, messageId, ...more }, opId: newId() };
          done.push({ operation, by, ack: await call<Ack>(first, operation, by) });
        }
        // All of them once more, now that the message is deleted: each still gets its own answer.
        for (const { operation, by, ack } of done) expect(await call(second, operation, by)).toEqual(ack);
        expect(await headOf(owner, conversationId)).toBe(6);
      },
    );
  });

  describe.each(transports)('over $name', (transport) => {
    it('the id of somebody else in the conversation is refused, and so is that of a conversation one is not in', async () => {
      const { owner, member, conversationId } = await ownGroup();
      const input = { conversationId, id: newId(), content: 'mine' };
      await call(transport, 'sendMessage', { as: owner, input });
      expectCode(
        await transport.send(world(), { operation: 'sendMessage', as: member, input }),
        'id_conflict',
      );
      for (const as of [member, world().stranger]) {
        const taken = { type: 'group', id: conversationId, memberIds: [] };
        expectCode(
          await transport.send(world(), { operation: 'createConversation', as, input: taken }),
          'id_conflict',
        );
      }
    });

    it('the same id in another conversation is another message', async () => {
      const [here, there] = [await ownGroup(), await ownGroup()];
      const id = newId();
      for (const { owner, conversationId } of [here, there]) {
        const ack = await call<Ack>(transport, 'sendMessage', {
          as: owner,
          input: { conversationId, id, content: 'words' },
        });
        expect(ack).toMatchObject({ id, seq: 2 });
      }
    });

    it('the same key of two people names two commands', async () => {
      const { owner, member, conversationId } = await ownGroup();
      const guests = [await register(world().url), await register(world().url)];
      const opId = newId();
      const seqs: number[] = [];
      for (const [index, as] of [owner, member].entries()) {
        const input = { conversationId, userIds: [guests[index]?.id] };
        seqs.push((await call<Output<'addMembers'>>(transport, 'addMembers', { as, input, opId })).seq);
      }
      expect(seqs).toEqual([2, 3]);
    });

    it('a key that named another kind of command is taken', async () => {
      const { owner, member, conversationId } = await ownGroup();
      const guest = await register(world().url);
      const opId = newId();
      await call(transport, 'addMembers', {
        as: owner,
        input: { conversationId, userIds: [guest.id] },
        opId,
      });
      const input = { conversationId, userId: member.id };
      expectCode(
        await transport.send(world(), { operation: 'removeMember', as: owner, input, opId }),
        'id_conflict',
      );
    });

    it('who sent or left before being out of the conversation gets the first answer again', async () => {
      const { member, conversationId } = await ownGroup();
      const send = { as: member, input: { conversationId, id: newId(), content: 'bye' } };
      const leave = { as: member, input: { conversationId, userId: member.id }, opId: newId() };
      const sent = await call<Ack>(transport, 'sendMessage', send);
      const left = await call(transport, 'removeMember', leave);
      expect(await call<Ack>(transport, 'sendMessage', send)).toEqual(sent);
      expect(await call(transport, 'removeMember', leave)).toEqual(left);
      const later = { ...send.input, id: newId() };
      expectCode(
        await transport.send(world(), { operation: 'sendMessage', as: member, input: later }),
        'not_found',
      );
    });
  });

  it('of many sends of one id at once, one is stored and all get its answer', async () => {
    const { owner, conversationId } = await ownGroup();
    const by = { as: owner, input: { conversationId, id: newId(), content: 'at once' } };
    const acks = await Promise.all(
      Array.from({ length: 10 }, (_, index) => call<Ack>(transports[index % 2] ?? rest, 'sendMessage', by)),
    );
    expect(new Set(acks.map((ack) => JSON.stringify(ack))).size).toBe(1);
    expect(await headOf(owner, conversationId)).toBe(2);
  });
}
