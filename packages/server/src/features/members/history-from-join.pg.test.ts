/**
 * Where history begins with joining: a string planted in everything that was said before must not be in one byte of what somebody gets who came later, whatever they
 * ask for and whatever happens to the old messages afterwards.
 */
import type { ConversationId, MessageId, OperationName, Output } from '@parley/protocol';
import { listOperations, ParleyError } from '@parley/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUser } from '../../testing/seed.js';

const canary = 'canary-7f3a91';

describeEachEngine('history from joining', (open) => {
  let ann: Actor;
  let bob: Actor;
  let late: Actor;
  let conversationId: ConversationId;
  let old: MessageId;
  let oldReply: MessageId;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    bob = await seedUser(open().database);
    late = await seedUser(open().database);
    const memberIds = [bob.userId];
    conversationId = (await as(ann)('createConversation', { type: 'group', name: 'ours', memberIds })).id;
    await as(ann)('updateConversation', { conversationId, settings: { history: 'since_join' } });
    old = await send(ann, { content: canary, metadata: { note: canary } });
    oldReply = await send(bob, { content: canary, threadId: old });
    await as(ann)('editMessage', { conversationId, messageId: old, content: `${canary} edited` });
    await as(bob)('addReaction', { conversationId, messageId: old, emoji: canary });
    await as(ann)('addMembers', { conversationId, userIds: [late.userId] });
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const send = async (
    by: Actor,
    message: { content: string; metadata?: Record<string, unknown>; threadId?: string; replyToId?: string },
  ): Promise<MessageId> => {
    const id = newMessageId();
    await as(by)('sendMessage', { conversationId, id, ...message });
    return id;
  };
  const visible = async (by: Actor) =>
    (await as(by)('listMessages', { conversationId })).items.map(({ content }) => content);
  const joinedSeq = 7;

  it('who came later sees what was said since, and those who were there see all', async () => {
    await send(ann, { content: 'new' });
    expect(await visible(late)).toEqual(['new']);
    expect(await visible(bob)).toEqual([`${canary} edited`, 'new']);
    expect(await as(late)('getConversation', { conversationId })).toMatchObject({
      lastMessage: { content: 'new' },
      mine: { unreadCount: 1 },
    });
  });

  it('to them there is no such message, whatever they would do with it', async () => {
    for (const messageId of [old, oldReply]) {
      const place = { conversationId, messageId };
      for (const call of [
        () => as(late)('getMessage', place),
        () => as(late)('listVersions', place),
        () => as(late)('listReactions', place),
        () => as(late)('listReplies', place),
        () => as(late)('addReaction', { ...place, emoji: '!' }),
        () => as(late)('removeReaction', { ...place, emoji: '!' }),
        () => as(late)('deleteMessage', place),
        () => as(late)('listMessages', { conversationId, around: messageId }),
        () => as(late)('markRead', { conversationId, seq: 3, threadId: messageId }),
        () => send(late, { content: 'x', threadId: messageId }),
      ])
        await expectCode('not_found', call);
      await expectCode('invalid_reference', () => send(late, { content: 'x', replyToId: messageId }));
      await expectCode('invalid_reference', () =>
        as(late)('setTyping', { conversationId, isTyping: true, threadId: messageId }),
      );
    }
    expect(await send(late, { content: 'x' })).toBeDefined();
  });

  it('what is one’s own from an earlier stay is gone with it', async () => {
    const messageId = await send(late, { content: canary });
    await as(late)('editMessage', { conversationId, messageId, content: `${canary} again` });
    await as(late)('leaveConversation', { conversationId });
    await as(ann)('addMembers', { conversationId, userIds: [late.userId] });
    const place = { conversationId, messageId };
    await expectCode('not_found', () => as(late)('editMessage', { ...place, content: 'x' }));
    await expectCode('not_found', () => as(late)('deleteMessage', place));
    await expectCode('not_found', () => as(late)('getMessage', place));
    expect(await visible(late)).toEqual([]);
  });

  it('a quote of a hidden message is not there, and its thread has no head', async () => {
    await send(bob, { content: 'an answer', replyToId: old });
    await send(bob, { content: 'in the thread', threadId: old });
    const page = await as(late)('listMessages', { conversationId });
    expect(page).toMatchObject({ items: [{ replyToId: old }], quotes: {}, threads: {} });
    expect((await as(bob)('listMessages', { conversationId })).quotes).toHaveProperty(old);
  });

  describe.each(['log', 'state'] as const)('catching up by %s', (mode) => {
    it('begins where they came in, from any cursor and in pages of any size', async () => {
      await as(ann)('editMessage', { conversationId, messageId: old, content: `${canary} once more` });
      await send(ann, { content: 'new' });
      await as(bob)('deleteMessage', { conversationId, messageId: oldReply });
      const { lastSeq } = await as(late)('getConversation', { conversationId });
      for (const limit of [1, 2, 100])
        for (let since = 0; since <= lastSeq; since += 1) {
          const told: Output<'listChanges'>[] = [];
          for (let cursor = since, pages = 0; cursor < lastSeq && pages < 30; pages += 1) {
            const page = await as(late)('listChanges', { conversationId, since: cursor, limit, mode });
            told.push(page);
            if (page.mode === 'reset') throw new Error('there is nothing to reset');
            cursor = page.to;
          }
          const text = JSON.stringify(told);
          expect(text).not.toContain(canary);
          if (since < joinedSeq) expect(text).toContain('members');
          if (since < lastSeq - 2) expect(text).toContain('"new"');
          expect(since === lastSeq || told.at(-1)).toMatchObject(since === lastSeq ? {} : { to: lastSeq });
        }
    });
  });

  it('no operation and no frame brings them one byte of it', async () => {
    const told: string[] = [];
    const socket = {
      userId: late.userId,
      sessionId: late.sessionId,
      writeEvents: (_id: ConversationId, frames: Buffer) => told.push(frames.toString()),
      writeSignal: (frames: Buffer) => told.push(frames.toString()),
      writeHeads: (heads: unknown) => told.push(JSON.stringify(heads)),
      writeOwnHead: () => {},
      close: () => {},
    };
    open()
      .core.hub.record()
      .admit(socket, new Map([[conversationId, joinedSeq]]));
    await as(ann)('editMessage', { conversationId, messageId: old, content: `${canary} once more` });
    await as(bob)('addReaction', { conversationId, messageId: old, emoji: ':ship:' });
    await as(ann)('deleteMessage', { conversationId, messageId: oldReply });
    const fresh = await send(ann, { content: 'new', replyToId: old });
    await as(ann)('editMessage', { conversationId, messageId: fresh, content: 'newer' });
    expect(told.slice(0, 3)).toEqual([8, 9, 10].map((seq) => JSON.stringify([[conversationId, seq]])));
    expect(told.slice(3).join()).toMatch(/message.created.*message.updated/s);

    // Every operation, with the ids of what is hidden wherever an id may stand.
    const seen: string[] = [...told];
    const ids = { conversationId, messageId: old, rootId: old, threadId: old, around: old, replyToId: old };
    const more = {
      since: 0,
      seq: 1,
      emoji: canary.slice(0, 3),
      q: 'u',
      userId: bob.userId,
      userIds: [bob.userId],
    };
    const last = ['leaveConversation', 'removeMember', 'logout', 'logoutAll', 'deleteConversation'];
    const names = [...listOperations().keys()].filter((name) => !last.includes(name)) as OperationName[];
    for (const name of names)
      for (const given of [ids, { conversationId }, { conversationId, messageId: old }, {}])
        for (const input of [given, { ...given, ...more }])
          seen.push(await answerOf(name, pickKnown(name, input)));
    for (const name of ['sync', 'listConversations'] as const) seen.push(await answerOf(name, {}));
    seen.push(await answerOf('sync', { open: [{ conversationId, seq: 1 }] }));
    expect(seen.filter((text) => text.startsWith('{"items"')).length).toBeGreaterThan(3);
    expect(seen.filter((text) => text.includes(canary))).toEqual([]);
    open().core.hub.disconnect(socket);
  });

  it('with all of history again they see everything, and with history from joining again they do not', async () => {
    const set = (history: 'all' | 'since_join') =>
      as(ann)('updateConversation', { conversationId, settings: { history } });
    await set('all');
    expect(await visible(late)).toEqual([`${canary} edited`]);
    await set('since_join');
    expect(await visible(late)).toEqual([]);
    expect(await visible(bob)).toEqual([`${canary} edited`]);
  });

  async function answerOf(name: OperationName, input: object): Promise<string> {
    try {
      return JSON.stringify((await as(late)(name, input as never)) ?? null);
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code === 'internal') throw error;
      return JSON.stringify(error.toBody('r'));
    }
  }

  /** The given fields that an operation has: unknown ones would be refused before anything is read. */
  function pickKnown(name: string, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const schema = listOperations().get(name)?.operation.input as { shape?: object } | undefined;
    const known = Object.keys(schema?.shape ?? {});
    return Object.fromEntries(Object.entries(given).filter(([field]) => known.includes(field)));
  }
});
