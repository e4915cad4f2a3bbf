import type { ConversationId, SignalOf, UserId } from '@parley/protocol/wire';
import { describe, expect, it, vi } from 'vitest';
import { fakePlatform } from '../../testing/fake-platform.js';
import { createTyping, createTypingEndings } from './typing.js';

// What these ids are made of plays no part.
const conversationId = 'conversation' as ConversationId;

describe('typing', () => {
  it('is told every three seconds however often a key is pressed, and its end at once', async () => {
    const { typing, send, platform } = setUp();
    for (let pressed = 0; pressed < 40; pressed += 1) {
      typing.start({ conversationId });
      await platform.advance(100);
    }
    expect(send).toHaveBeenCalledTimes(2);
    typing.stop({ conversationId });
    typing.stop({ conversationId });
    expect(send.mock.calls.map(([{ isTyping }]) => isTyping)).toEqual([true, true, false]);
    typing.start({ conversationId });
    expect(send).toHaveBeenCalledTimes(4);
  });

  it('that could not be told is told with the next key, and has no end', () => {
    const { typing, send } = setUp();
    send.mockReturnValueOnce(false);
    typing.start({ conversationId });
    typing.stop({ conversationId });
    typing.start({ conversationId });
    expect(send.mock.calls.map(([{ isTyping }]) => isTyping)).toEqual([true, true]);
  });

  it('that is long over needs no end', async () => {
    const { typing, send, platform } = setUp();
    typing.start({ conversationId });
    await platform.advance(6000);
    typing.stop({ conversationId });
    expect(send).toHaveBeenCalledTimes(1);
  });

  it('in a thread is told apart from the conversation', () => {
    const { typing, send } = setUp();
    typing.start({ conversationId });
    typing.start({ conversationId, threadId: 'root' });
    expect(send.mock.calls.map(([{ threadId }]) => threadId)).toEqual([undefined, 'root']);
  });
});

describe('the typing of others', () => {
  it('ends six seconds after it was last told', async () => {
    const { endings, told, platform } = setUpEndings();
    endings.receive(typingOf(true));
    await platform.advance(5000);
    endings.receive(typingOf(true));
    await platform.advance(5999);
    expect(told).toEqual([true, true]);
    await platform.advance(1);
    expect(told).toEqual([true, true, false]);
  });

  it('ends once when they stopped', async () => {
    const { endings, told, platform } = setUpEndings();
    endings.receive(typingOf(true));
    endings.receive(typingOf(false));
    await platform.advance(10_000);
    expect(told).toEqual([true, false]);
  });
});

function setUp() {
  const platform = fakePlatform();
  const send = vi.fn((_input: { isTyping: boolean; threadId?: string | undefined }) => true);
  return { typing: createTyping({ platform, send }), send, platform };
}

function setUpEndings() {
  const platform = fakePlatform();
  const told: boolean[] = [];
  const endings = createTypingEndings({ platform, emit: ({ data }) => told.push(data.isTyping) });
  return { endings, told, platform };
}

function typingOf(isTyping: boolean): SignalOf<'typing'> {
  return { kind: 'typing', conversationId, data: { userId: 'ann' as UserId, isTyping, threadId: null } };
}
