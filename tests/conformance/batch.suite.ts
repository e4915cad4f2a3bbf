import type { BatchOutcome, Message, Output } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { resultOf } from '../support/answer.js';
import { callAs, createGroup, newId, type Person } from '../support/people.js';
import { expectCode } from './expect-error.js';
import { transports } from './transports.js';
import type { World } from './world.js';

interface Command {
  readonly operation: string;
  readonly input?: unknown;
  readonly opId?: string;
}

/** Several commands in one request: in order, each with an answer of its own. */
export function describeBatch(world: () => World): void {
  const ownGroup = async () => {
    const { url, owner, member } = world();
    return { owner, member, conversationId: (await createGroup(url, owner, [member])).id };
  };
  const contents = async (as: Person, conversationId: string) => {
    const page = await callAs({ url: world().url, person: as }, 'listMessages', { conversationId });
    return page.items.map(({ content }: Message) => content);
  };

  describe.each(transports)('over $name', (transport) => {
    const send = (as: Person, operations: readonly Command[]) =>
      transport.send(world(), { operation: 'runBatch', as, input: { operations } });
    const run = async (as: Person, operations: readonly Command[]): Promise<BatchOutcome[]> =>
      resultOf<Output<'runBatch'>>((await send(as, operations)).answer).items;

    it('carries out commands in their order, each seeing what those before it did', async () => {
      const { owner, conversationId } = await ownGroup();
      const [first, second] = [newId(), newId()];
      const items = await run(owner, [
        { operation: 'sendMessage', input: { conversationId, id: first, content: 'one' } },
        {
          operation: 'sendMessage',
          input: { conversationId, id: second, content: 'two', replyToId: first },
        },
        {
          operation: 'editMessage',
          input: { conversationId, messageId: first, content: 'one, edited' },
          opId: newId(),
        },
      ]);
      expect(items.map(({ status }) => status)).toEqual(['done', 'done', 'done']);
      expect(items).toMatchObject([2, 3, 4].map((seq) => ({ result: { seq } })));
      expect(await contents(owner, conversationId)).toEqual(['one, edited', 'two']);
    });

    it('goes on after a refusal for good', async () => {
      const { owner, conversationId } = await ownGroup();
      const items = await run(owner, [
        { operation: 'sendMessage', input: { conversationId: newId(), id: newId(), content: 'nowhere' } },
        { operation: 'sendMessage', input: { conversationId, id: newId(), content: '' } },
        { operation: 'sendMessage', input: { conversationId, id: newId(), content: 'here' } },
      ]);
      expect(items).toMatchObject([
        { status: 'refused', error: { code: 'not_found', retryable: false } },
        { status: 'refused', error: { code: 'validation_failed', details: [{ path: 'content' }] } },
        { status: 'done' },
      ]);
      expect(await contents(owner, conversationId)).toEqual(['here']);
    });

    it('ends at a refusal that may pass, so that nothing overtakes', async () => {
      const { owner, member, conversationId } = await ownGroup();
      const until = new Date(Date.now() + 3_600_000).toISOString();
      await callAs({ url: world().url, person: owner }, 'updateMember', {
        conversationId,
        userId: member.id,
        mutedUntil: until,
      });
      const items = await run(member, [
        { operation: 'markRead', input: { conversationId, seq: 1 } },
        { operation: 'sendMessage', input: { conversationId, id: newId(), content: 'too loud' } },
        { operation: 'markRead', input: { conversationId, seq: 2 } },
      ]);
      expect(items).toMatchObject([
        { status: 'done' },
        { status: 'refused', error: { code: 'muted', retryable: true } },
      ]);
    });

    it('answers a batch that is sent again as it did the first time', async () => {
      const { owner, conversationId } = await ownGroup();
      const id = newId();
      const commands = [
        { operation: 'sendMessage', input: { conversationId, id, content: 'once' } },
        {
          operation: 'addReaction',
          input: { conversationId, messageId: id, emoji: '👍' },
        },
      ];
      const items = await run(owner, commands);
      expect((await run(owner, commands))[0]).toEqual(items[0]);
      expect(await contents(owner, conversationId)).toEqual(['once']);
    });

    it.each([
      ['a query', { operation: 'getMe' }],
      ['what needs no session', { operation: 'logout', input: { refreshToken: 'x' } }],
      ['what software of the deployment calls', { operation: 'upsertUser', input: {} }],
      ['a batch', { operation: 'runBatch', input: { operations: [] } }],
      ['nothing known', { operation: 'toString' }],
    ])('does not know %s', async (_what, command) => {
      expect(await run(world().owner, [command])).toMatchObject([
        { status: 'refused', error: { code: 'unknown_operation' } },
      ]);
    });

    it('takes sixteen commands and not one more', async () => {
      const { owner, conversationId } = await ownGroup();
      const command = { operation: 'markRead', input: { conversationId, seq: 1 } };
      expect(await run(owner, Array(16).fill(command))).toHaveLength(16);
      expectCode(await send(owner, Array(17).fill(command)), 'too_many_items');
    });
  });
}
