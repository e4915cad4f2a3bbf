import type { ConversationId, Message } from '@parley/protocol';
import { beforeAll, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { oneTo } from '../../testing/log-audit.js';
import { newMessageId, seedUser } from '../../testing/seed.js';

describeEachEngine('a page around a moment', (open) => {
  let ann: Actor;
  let conversationId: ConversationId;
  /** Of the conversation itself, oldest first. */
  let messages: readonly Message[];
  const start = Date.parse('2026-11-01T00:00:00.000Z');
  const minute = 60_000;

  beforeAll(async () => {
    ann = await seedUser(open().database);
    const call = callAs(open(), ann);
    conversationId = (await call('createConversation', { type: 'group', name: 'ours', memberIds: [] })).id;
    const root = newMessageId();
    await call('sendMessage', { conversationId, id: root, content: 'root' });
    await call('sendMessages', {
      conversationId,
      // Every third is a reply: it has a seq and no place in these pages.
      messages: oneTo(23).map((number) => ({
        id: newMessageId(),
        content: `number ${number}`,
        ...(number % 3 === 0 ? { threadId: root } : {}),
      })),
    });
    // A minute apart.
    await open().query(
      `update parley.messages set at = to_timestamp($2::bigint / 1000) + seq * interval '1 minute' where conversation_id = $1`,
      [conversationId, start],
    );
    messages = (await call('listMessages', { conversationId, limit: 100 })).items;
  });

  const list = (ms: number, limit: number) =>
    callAs(open(), ann)('listMessages', {
      conversationId,
      aroundTime: new Date(start + ms).toISOString(),
      limit,
    });

  it.each([1, 2, 5, 30])('of %i is what one finds who looks through all messages', async (limit) => {
    for (let minutes = 0; minutes <= 28; minutes += 1)
      for (const ms of [minutes * minute, minutes * minute + 1]) {
        const first = messages.findIndex(({ at }) => Date.parse(at) >= start + ms);
        const [from, to] =
          first === -1
            ? [messages.length - limit, messages.length]
            : [first - Math.floor(limit / 2), first + Math.ceil(limit / 2)];
        const page = await list(ms, limit);
        expect(page.items).toEqual(messages.slice(Math.max(0, from), to));
        expect(page.previousCursor !== undefined).toBe(from > 0);
        expect(page.nextCursor !== undefined).toBe(to < messages.length);
      }
  });

  it('takes one way of saying where, and a moment that is one', async () => {
    const call = callAs(open(), ann);
    const aroundTime = new Date(start).toISOString();
    await expectCode('validation_failed', () =>
      call('listMessages', { conversationId, aroundTime, before: '3' }),
    );
    await expectCode('validation_failed', () =>
      call('listMessages', { conversationId, aroundTime: '2026-02-30T00:00:00Z' }),
    );
  });
});
