import type { ConversationId, MessageId } from '@parley/client-sdk';
import { describe, expect, it } from 'vitest';
import {
  applyCaughtUp,
  applyConversationChanged,
  applyMembersRemoved,
  applyMessageChanged,
  applyMessageCreated,
} from './apply-event.js';
import { initialState, pendingOf, setPending, setWindow, windowOf } from './chat-state.js';
import { putSummaries } from './conversation-list.js';
import { applyLatestPage } from './message-window.js';
import { createdEvent, harbor, kenji, me, sampleMessage, sampleSummary } from './samples.js';

const other = 'other' as ConversationId;
const base = putSummaries(initialState(me), [
  sampleSummary({ id: other, lastActivityAt: '2026-06-18T12:00:00.000Z' }),
  sampleSummary({ lastActivityAt: '2026-06-18T08:00:00.000Z' }),
]);
const open = setWindow(base, harbor, (window) => applyLatestPage(window, { items: [sampleMessage(1)] }));
const removed = (userIds: (typeof me)[]) =>
  ({
    kind: 'members.removed',
    conversationId: harbor,
    seq: 5,
    at: '2026-06-18T13:00:00.000Z',
    actorId: kenji,
    data: { userIds, conversation: { ...sampleSummary(), memberCount: 1, rev: 5 }, reason: 'removed' },
    isCatchUp: false,
    isOwn: false,
  }) as const;

const member = (userId: typeof me) => ({
  conversationId: harbor,
  userId,
  role: 'member' as const,
  allow: 0,
  deny: 0,
  mutedUntil: null,
  joinedSeq: 1,
  joinedAt: '2026-06-18T08:00:00.000Z',
  rev: 1,
});

describe('an event', () => {
  it('of a new message moves its conversation to the top and shows it there', () => {
    const message = sampleMessage(2, { at: '2026-06-18T13:00:00.000Z' });
    const state = applyMessageCreated(open, createdEvent(message));
    expect(state.order).toEqual([harbor, other]);
    expect(state.conversations.get(harbor)?.lastMessage).toEqual(message);
    expect(windowOf(state, harbor).items.map(({ id }) => id)).toEqual(['m1', 'm2']);
  });

  it('of an older message does not move the list back', () => {
    const late = applyMessageCreated(
      open,
      createdEvent(sampleMessage(9, { at: '2026-06-18T13:00:00.000Z' })),
    );
    const state = applyMessageCreated(late, createdEvent(sampleMessage(3)));
    expect(state.conversations.get(harbor)?.lastMessage?.id).toBe('m9');
  });

  it('that tells only the latest message shows it in the list, new or changed, and nothing where there is none', () => {
    const message = sampleMessage(7, { at: '2026-06-18T13:00:00.000Z' });
    const changed = { conversationId: harbor, seq: 8 };
    const told = applyConversationChanged(open, { ...changed, lastMessage: message });
    expect([told.order, told.conversations.get(harbor)?.lastMessage]).toEqual([[harbor, other], message]);
    expect(windowOf(told, harbor).items.map(({ id }) => id)).toEqual(['m1']);
    const edited = { ...message, content: 'other words', rev: 9 };
    const after = applyConversationChanged(told, { ...changed, lastMessage: edited });
    expect(after.conversations.get(harbor)?.lastMessage).toEqual(edited);
    expect(applyConversationChanged(after, changed)).toBe(after);
  });

  it('of my own message takes the pending one away', () => {
    const mine = sampleMessage(2, { senderId: me, id: 'mine' as MessageId });
    const waiting = setPending(open, harbor, () => [
      { id: 'mine', content: 'mine', at: mine.at, delivery: { status: 'waiting' } },
    ]);
    expect(pendingOf(applyMessageCreated(waiting, createdEvent(mine)), harbor)).toEqual([]);
  });

  it('of a message makes no window for a conversation that is not loaded', () => {
    expect(applyMessageCreated(base, createdEvent(sampleMessage(2))).windows.size).toBe(0);
  });

  it('of a change shows the message as it is now, in the conversation and in the list, and no older copy', () => {
    const shown = applyMessageCreated(open, createdEvent(sampleMessage(2)));
    const edited = applyMessageChanged(shown, sampleMessage(2, { rev: 4, content: 'edited' }));
    expect(windowOf(edited, harbor).items.map(({ content }) => content)).toEqual(['message 1', 'edited']);
    expect(edited.conversations.get(harbor)?.lastMessage?.content).toBe('edited');
    expect(applyMessageChanged(edited, sampleMessage(2, { rev: 3 }))).toBe(edited);
  });

  it('of a reply in a thread leaves the conversation as it is', () => {
    const reply = sampleMessage(2, { threadId: 'm1' as MessageId, ord: 1 });
    expect(applyMessageCreated(open, createdEvent(reply))).toBe(open);
  });

  it('after a long absence brings messages and members to where they are', () => {
    const known = {
      ...open,
      members: new Map([[harbor, { status: 'ready' as const, items: [member(kenji)] }]]),
    };
    const changes = {
      mode: 'state' as const,
      conversation: null,
      messages: [sampleMessage(1, { rev: 9, content: '', deletedAt: '2026-06-18T13:00:00.000Z' })],
      members: [member(me)],
      gone: [{ userId: kenji, rev: 8 }],
      memberCount: 1,
      threads: [],
      users: {},
      quotes: {},
      mine: { reactions: {}, threads: {} },
      to: 9,
      head: 9,
    };
    const state = applyCaughtUp(known, { conversationId: harbor, changes });
    expect(windowOf(state, harbor).items.map(({ rev }) => rev)).toEqual([9]);
    expect(state.members.get(harbor)?.items.map(({ userId }) => userId)).toEqual([me]);
  });

  it('of a removed member counts them out once', () => {
    const state = applyMembersRemoved(open, removed([kenji]));
    expect(state.conversations.get(harbor)?.memberCount).toBe(1);
    expect(applyMembersRemoved(state, removed([kenji])).conversations.get(harbor)?.memberCount).toBe(1);
  });

  it('of my own removal takes everything of the conversation away', () => {
    const state = applyMembersRemoved(open, removed([me]));
    expect(state.conversations.has(harbor)).toBe(false);
    expect(state.windows.has(harbor)).toBe(false);
    expect(state.gone.has(harbor)).toBe(true);
  });
});
