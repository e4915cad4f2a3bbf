import { expect, it } from 'vitest';
import type { Call } from '../../call.js';
import { createMessages } from './messages.js';

it('several messages go in one call, in their order, with ids made for those that have none', async () => {
  const { messages, calls } = setUp();
  await messages.sendMany('harbor', [
    { content: 'one' },
    { content: 'two', id: 'mine' },
    { content: 'three' },
  ]);
  expect(calls).toEqual([
    [
      'sendMessages',
      {
        conversationId: 'harbor',
        messages: [
          { content: 'one', id: 'id 1' },
          { content: 'two', id: 'mine' },
          { content: 'three', id: 'id 2' },
        ],
      },
    ],
  ]);
});

it('one message that the server would refuse keeps all of them here', async () => {
  const { messages, calls } = setUp();
  const tooLong = { content: 'x'.repeat(10_001) };
  await expect(messages.sendMany('harbor', [{ content: 'one' }, tooLong])).rejects.toMatchObject({
    code: 'message_too_long',
  });
  expect(calls).toEqual([]);
});

function setUp() {
  const calls: [name: string, input: unknown][] = [];
  // Nobody looks at the answers.
  const call = (async (name: string, input: unknown) => {
    calls.push([name, input]);
    return { items: [] };
  }) as unknown as Call;
  let made = 0;
  const newId = () => {
    made += 1;
    return `id ${made}`;
  };
  return { messages: createMessages(call, newId), calls };
}
