import type { ConversationId, MessageId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { oneTo } from '../../testing/log-audit.js';
import { readLogPage } from '../../testing/log-page.js';
import { newMessageId, seedUser } from '../../testing/seed.js';

describeEachEngine('messages', (open) => {
  let ann: Actor;
  let conversationId: ConversationId;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    conversationId = (await call()('createConversation', { type: 'group', name: 'ours', memberIds: [] })).id;
  });

  const call = () => callAs(open(), ann);
  const send = (content = 'hello', id = newMessageId()) =>
    call()('sendMessage', { conversationId, id, content });
  const list = (range: { limit?: number; before?: string; after?: string; around?: MessageId } = {}) =>
    call()('listMessages', { conversationId, ...range });
  /** Messages stand at seq 2 and up: the conversation's own entry is the first. */
  const seqs = async (range: Parameters<typeof list>[0]) => {
    const { items, previousCursor, nextCursor } = await list(range);
    return { seqs: items.map((item) => item.seq), previousCursor, nextCursor };
  };
  const fill = async (count: number) => {
    const acks: Awaited<ReturnType<typeof send>>[] = [];
    for (let sent = 0; sent < count; sent += 1) acks.push(await send(`number ${sent + 1}`));
    return acks;
  };

  it('the acknowledgement names the message as everybody reads it', async () => {
    const id = newMessageId();
    const ack = await call()('sendMessage', {
      conversationId,
      id,
      content: 'text',
      metadata: { a: { b: [1] } },
    });
    expect(ack).toEqual({ id, seq: 2, at: expect.stringMatching(/\.\d{6}Z$/) });
    const { message, users } = await call()('getMessage', { conversationId, messageId: id });
    expect(Object.keys(users)).toEqual([ann.userId]);
    expect(message).toEqual({
      id,
      conversationId,
      seq: 2,
      rev: 2,
      ord: 1,
      threadId: null,
      replyToId: null,
      senderId: ann.userId,
      type: 'text',
      content: 'text',
      metadata: { a: { b: [1] } },
      reactions: [],
      at: ack.at,
      editedAt: null,
      deletedAt: null,
    });
    expect((await list()).items).toEqual([message]);
  });

  it('the same id again, at once or later, with other words, is the same acknowledgement and one message', async () => {
    const id = newMessageId();
    const acks = await Promise.all([send('one', id), send('two', id)]);
    acks.push(await send('three', id));
    expect(new Set(acks.map((ack) => JSON.stringify(ack))).size).toBe(1);
    expect((await list()).items.map((item) => item.content)).toEqual(['one']);
  });

  it('what is sent at once gets the order in which it was given', async () => {
    const acks = await Promise.all(oneTo(50).map((number) => send(`number ${number}`)));
    expect(acks.map((ack) => ack.seq)).toEqual(oneTo(50).map((number) => number + 1));
    const { items } = await list({ limit: 100 });
    expect(items.map((item) => item.content)).toEqual(oneTo(50).map((number) => `number ${number}`));
  });

  it('without a range the newest come, oldest first, and a cursor to what was before', async () => {
    await fill(5);
    expect(await seqs({ limit: 2 })).toEqual({ seqs: [5, 6], previousCursor: '5', nextCursor: undefined });
    expect(await seqs({ limit: 5 })).toEqual({
      seqs: [2, 3, 4, 5, 6],
      previousCursor: undefined,
      nextCursor: undefined,
    });
  });

  it('pages backwards and forwards are complete, without doubles, and end', async () => {
    await fill(7);
    for (const limit of [1, 2, 3, 7]) {
      expect(
        await turnPages(
          (cursor) => list({ limit, ...(cursor === undefined ? {} : { before: cursor }) }),
          'previousCursor',
        ),
      ).toEqual(oneTo(7).map((number) => number + 1));
      expect(await turnPages((cursor) => list({ limit, after: cursor ?? '0' }), 'nextCursor')).toEqual(
        oneTo(7).map((number) => number + 1),
      );
    }
  });

  it('a page around a message has it in the middle, and says on which sides there is more', async () => {
    const acks = await fill(9);
    const around = (index: number, limit: number) =>
      seqs({ around: acks[index]?.id ?? newMessageId(), limit });
    expect(await around(4, 5)).toEqual({ seqs: [4, 5, 6, 7, 8], previousCursor: '4', nextCursor: '8' });
    expect(await around(4, 4)).toEqual({ seqs: [5, 6, 7, 8], previousCursor: '5', nextCursor: '8' });
    expect(await around(0, 5)).toEqual({ seqs: [2, 3, 4], previousCursor: undefined, nextCursor: '4' });
    expect(await around(8, 5)).toEqual({ seqs: [8, 9, 10], previousCursor: '8', nextCursor: undefined });
    expect(await around(4, 1)).toEqual({ seqs: [6], previousCursor: '6', nextCursor: '6' });
  });

  it('a page around a message of another conversation is not found', async () => {
    const { id } = await send();
    const other = (await call()('createConversation', { type: 'group', name: 'other', memberIds: [] })).id;
    await expectCode('not_found', () => call()('listMessages', { conversationId: other, around: id }));
    await expectCode('not_found', () => call()('getMessage', { conversationId: other, messageId: id }));
  });

  it('what lies at or below the floor of the conversation is not shown', async () => {
    await fill(4);
    await open().query('update parley.conversation_heads set floor_seq = 3 where conversation_id = $1', [
      conversationId,
    ]);
    expect((await seqs({})).seqs).toEqual([4, 5]);
    expect((await seqs({ after: '0' })).seqs).toEqual([4, 5]);
  });

  it('a cursor that is no position is refused', async () => {
    for (const cursor of ['', 'x', '-1', '1.5', '9'.repeat(16)]) {
      await expectCode('invalid_cursor', () => list({ before: cursor }));
      await expectCode('invalid_cursor', () => list({ after: cursor }));
    }
  });

  it('the log reads as what happened, in order, in pieces of any size', async () => {
    await fill(4);
    const whole = await readLogPage(call(), { conversationId, since: 0 });
    expect(whole.items.map((item) => [item.seq, item.kind])).toEqual([
      [1, 'conversation.created'],
      ...[2, 3, 4, 5].map((seq) => [seq, 'message.created']),
    ]);
    expect([whole.to, whole.head]).toEqual([5, 5]);
    const pieces: typeof whole.items = [];
    for (let since = 0; since < 5; ) {
      const piece = await readLogPage(call(), { conversationId, since, limit: 2 });
      pieces.push(...piece.items);
      expect(piece.to).toBeGreaterThan(since);
      since = piece.to;
    }
    expect(pieces).toEqual(whole.items);
    expect(await readLogPage(call(), { conversationId, since: 5 })).toMatchObject({
      items: [],
      to: 5,
      head: 5,
    });
  });

  async function turnPages(
    page: (cursor: string | undefined) => ReturnType<typeof list>,
    next: 'previousCursor' | 'nextCursor',
  ): Promise<number[]> {
    const found: number[] = [];
    let cursor: string | undefined;
    do {
      const { items, ...cursors } = await page(cursor);
      found.push(...items.map((item) => item.seq));
      cursor = cursors[next];
    } while (cursor !== undefined && found.length < 100);
    return next === 'nextCursor' ? found : found.sort((one, two) => one - two);
  }
});
