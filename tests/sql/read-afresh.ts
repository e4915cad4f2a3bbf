import type { Conversation, ConversationId, Member, Message, Thread } from '@parley/protocol';
import { conversationSchema } from '@parley/protocol';
import type { Actor } from '../../packages/server/src/access/actor.js';
import { callAs } from '../../packages/server/src/testing/callers.js';
import type { TestEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import type { Projection } from '../support/projection.js';

/** A conversation as somebody finds it who opens it for the first time: by lists and history, nothing of catching up is used. */
export async function readAfresh(
  engine: TestEngine,
  viewer: Actor,
  conversationId: ConversationId,
): Promise<Projection> {
  const as = callAs(engine, viewer);
  const summary = await as('getConversation', { conversationId });
  // What a summary adds is left out: the schema keeps what every member sees.
  const conversation: Conversation = conversationSchema.parse(summary);
  const members: Member[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await as('listMembers', { conversationId, ...(cursor === undefined ? {} : { cursor }) });
    members.push(...page.items);
    cursor = page.nextCursor;
  }
  const messages: Message[] = [];
  const threads: Record<string, Thread> = {};
  const mine: Record<string, readonly string[]> = {};
  for (let before: string | undefined, isFirst = true; isFirst || before !== undefined; isFirst = false) {
    const page = await as('listMessages', {
      conversationId,
      limit: 100,
      ...(before === undefined ? {} : { before }),
    });
    messages.push(...page.items);
    Object.assign(threads, page.threads);
    Object.assign(mine, page.mine.reactions);
    before = page.previousCursor;
  }
  for (const rootId of Object.keys(threads)) {
    let before: string | undefined;
    do {
      const input = {
        conversationId,
        messageId: rootId,
        limit: 100,
        ...(before === undefined ? {} : { before }),
      };
      const page = await as('listReplies', input);
      messages.push(...page.items);
      Object.assign(mine, page.mine.reactions);
      before = page.previousCursor;
    } while (before !== undefined);
  }
  return {
    viewerId: viewer.userId,
    cursor: summary.lastSeq,
    conversation,
    messages: Object.fromEntries(messages.map((message) => [message.id, message])),
    members: Object.fromEntries(members.map((member) => [member.userId, { rev: member.rev, member }])),
    threads,
    mine,
  };
}
