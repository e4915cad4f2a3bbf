import { availableParallelism } from 'node:os';
import type { ConversationId } from '@parley/protocol';
import { expect, it } from 'vitest';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { newMessageId, newUserId, seedUser } from '../../testing/seed.js';

const password = 'four words of nobody else';
/** What a sender is ready to wait, on a machine that does other things too. */
const patienceMs = 5000;

describeEachEngine('two hundred people who log in at once', (open) => {
  it('are let in or told that the server is busy, and nobody who sends waits for them', async () => {
    const anyone = callAs(open(), undefined);
    const login = `u${newUserId().slice(0, 8)}`;
    await anyone('register', { username: login, password });
    const sender = callAs(open(), await seedUser(open().database));
    const { id: conversationId } = await sender('createConversation', { type: 'group', memberIds: [] });

    let isStorm = true;
    const storm = Promise.allSettled(
      Array.from({ length: 200 }, () => anyone('login', { login, password })),
    ).finally(() => {
      isStorm = false;
    });
    const waitsMs = await sendWhile(sender, conversationId, () => isStorm);
    const results = await storm;

    const refused = results.filter((result) => result.status === 'rejected');
    const codes = new Set(refused.map(({ reason }) => reason.code));
    expect([...codes]).toEqual(['overloaded']);
    // One at work on each core and a queue of 64: whoever finds no place is refused before anything is done for them.
    expect(results.length - refused.length).toBe(availableParallelism() + 64);
    expect(waitsMs.length).toBeGreaterThan(10);
    expect(Math.max(...waitsMs)).toBeLessThan(patienceMs);
  });
});

/** Sends one message after the other; how long each took. */
async function sendWhile(
  sender: ReturnType<typeof callAs>,
  conversationId: ConversationId,
  goesOn: () => boolean,
): Promise<number[]> {
  const waitsMs: number[] = [];
  while (goesOn()) {
    const start = performance.now();
    await sender('sendMessage', { conversationId, id: newMessageId(), content: 'hello' });
    waitsMs.push(performance.now() - start);
  }
  return waitsMs;
}
