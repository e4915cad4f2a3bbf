import type { ConversationId, MessageId } from '@parley/client-sdk';
import { describe, expect, it } from 'vitest';
import { applyMembersRemoved, applyMessageCreated } from './apply-event.js';
import { initialState, pendingOf, setPending, setWindow, windowOf } from './chat-state.js';
import { putSummaries } from './conversation-list.js';
import { applyLatestPage } from './message-window.js';
import { addPending } from './pending-messages.js';
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
    data: { userIds },
    isCatchUp: false,
    isOwn: false,
  }) as const;

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

  it('of my own message takes the pending one away', () => {
    const mine = sampleMessage(2, { senderId: me, id: 'mine' as MessageId });
    const waiting = setPending(open, harbor, (list) => addPending(list, { ...mine, id: 'mine' }));
    expect(pendingOf(applyMessageCreated(waiting, createdEvent(mine)), harbor)).toEqual([]);
  });

  it('of a message makes no window for a conversation that is not loaded', () => {
    expect(applyMessageCreated(base, createdEvent(sampleMessage(2))).windows.size).toBe(0);
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
