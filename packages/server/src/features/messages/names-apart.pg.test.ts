/** The name of a command belongs to who gave it: somebody else's is neither answered as a repeat nor in the way, but for an id of a message. */
import type { ConversationId } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUsers } from '../../testing/seed.js';

describeEachEngine('names of commands', (open) => {
  let ann: Actor;
  let bob: Actor;
  let conversationId: ConversationId;
  const messageId = newMessageId();

  beforeEach(async () => {
    const [first, second] = await seedUsers(open().database, 2);
    if (first === undefined || second === undefined) throw new Error('two were made');
    [ann, bob] = [first, second];
    const made = await as(ann)('createConversation', {
      type: 'group',
      name: 'ours',
      memberIds: [bob.userId],
    });
    conversationId = made.id;
    await as(ann)('sendMessage', { conversationId, id: messageId, content: 'to be answered' });
  });

  const as = (actor: Actor) => callAs(open(), actor);

  it('that two people chose alike are two commands', async () => {
    const name = newMessageId();
    const reactions = { conversationId, messageId };
    const anns = await as(ann)('addReaction', { ...reactions, emoji: ':ship:' }, name);
    const bobs = await as(bob)('addReaction', { ...reactions, emoji: ':sun:' }, name);
    expect([anns.seq, bobs.seq]).toEqual([3, 4]);
    expect((await as(ann)('listReactions', reactions)).items).toHaveLength(2);
  });

  it('that are ids of messages are taken for everybody else', async () => {
    const id = newMessageId();
    await as(ann)('sendMessage', { conversationId, id, content: 'an answer', replyToId: messageId });
    await expectCode('id_conflict', () =>
      as(bob)('sendMessage', { conversationId, id, content: 'another answer', replyToId: messageId }),
    );
  });
});
