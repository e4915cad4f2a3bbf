import { ParleyError } from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { sampleChange, sampleOperation } from '../testing/sample-operation.js';
import type { Operation } from './operation.js';
import { advance, type OutboxState } from './outbox-machine.js';
import type { OutboxAround } from './turn.js';

const offline: OutboxAround = { now: 1000, random: 0.5, canSend: false, isPersistent: false };

const edit = (id: string, content: string, messageId = 'm') =>
  sampleChange(id, 'editMessage', { messageId, content });
const remove = (id: string, messageId = 'm') => sampleChange(id, 'deleteMessage', { messageId });
const react = (id: string, verb: 'add' | 'remove', emoji = '👍') =>
  sampleChange(id, `${verb}Reaction`, { messageId: 'm', emoji });

function enterAll(...operations: Operation[]) {
  let state: OutboxState = [];
  const effects: object[] = [];
  for (const operation of operations) {
    const [next, told] = advance(state, { type: 'enter', operation }, offline);
    state = next;
    effects.push(...told);
  }
  return { state, effects, ids: state.map(({ id }) => id) };
}

const left = (operation: Operation): Operation => ({ ...operation, hasLeft: true });

describe('what never left', () => {
  it('says its last words, to all who called', () => {
    const { state, effects } = enterAll(sampleOperation('m'), edit('e1', 'second'), edit('e2', 'third'));
    expect(state).toMatchObject([{ id: 'm', input: { id: 'm', content: 'third' } }]);
    expect(effects).toEqual([
      { type: 'join', from: 'e1', id: 'm' },
      { type: 'join', from: 'e2', id: 'm' },
    ]);
  });

  it('goes without a trace when it is deleted, with what was changed on it', () => {
    const { state, effects } = enterAll(sampleOperation('m'), react('r', 'add'), edit('e', 'x'), remove('d'));
    expect(state).toEqual([]);
    expect(effects).toContainEqual(expect.objectContaining({ type: 'reject', id: 'm' }));
    expect(effects).toContainEqual(expect.objectContaining({ type: 'resolve', id: 'd' }));
  });

  it('is sent and then deleted where another message answers it', () => {
    const reply = sampleOperation('n', {
      input: { conversationId: 'lane', id: 'n', content: 'n', replyToId: 'm' },
    });
    expect(enterAll(sampleOperation('m'), reply, remove('d')).ids).toEqual(['m', 'n', 'd']);
  });

  it('keeps one edit, and none before a deletion', () => {
    expect(enterAll(left(sampleOperation('m')), edit('e1', 'a'), edit('e2', 'b')).state).toMatchObject([
      { id: 'm', input: { content: 'm' } },
      { id: 'e1', input: { messageId: 'm', content: 'b' } },
    ]);
    expect(enterAll(left(sampleOperation('m')), edit('e1', 'a'), remove('d')).ids).toEqual(['m', 'd']);
  });

  it('cancels opposite reactions of one emoji', () => {
    expect(enterAll(react('a', 'add'), react('b', 'add', '🎉'), react('c', 'remove')).ids).toEqual(['b']);
    expect(enterAll(left(react('a', 'add')), react('b', 'remove'), react('c', 'add')).ids).toEqual(['a']);
  });

  it('marks the furthest as read, but not across a mark as unread', () => {
    const read = (id: string, seq: number) => sampleChange(id, 'markRead', { seq });
    expect(enterAll(read('a', 5), read('b', 3)).state).toMatchObject([{ id: 'a', input: { seq: 5 } }]);
    const unread = sampleChange('u', 'markUnread', {});
    expect(enterAll(read('a', 5), unread, read('b', 7)).ids).toEqual(['a', 'u', 'b']);
  });
});

describe('what has left', () => {
  it('is followed by its changes, never folded', () => {
    expect(enterAll(left(sampleOperation('m')), edit('e', 'x')).ids).toEqual(['m', 'e']);
    expect(enterAll(left(sampleOperation('m')), remove('d')).ids).toEqual(['m', 'd']);
    expect(enterAll(left(react('a', 'add')), react('b', 'remove')).ids).toEqual(['a', 'b']);
  });
});

describe('what failed', () => {
  const failed = sampleOperation('m', {
    delivery: { status: 'failed', error: new ParleyError('message_too_long') },
  });
  const after = (...operations: Operation[]) =>
    operations.reduce<OutboxState>(
      (state, operation) => advance(state, { type: 'enter', operation }, offline)[0],
      [failed],
    );

  it('takes other words and goes with them when it is tried again', () => {
    const edited = after(edit('e', 'short'));
    expect(edited).toMatchObject([{ id: 'm', input: { content: 'short' }, delivery: { status: 'failed' } }]);
    expect(advance(edited, { type: 'retry', id: 'm' }, offline)[0]).toMatchObject([
      { id: 'm', delivery: { status: 'queued' } },
    ]);
  });

  it('blocks what needs it, and lets it go on when it is tried again', () => {
    const reply = sampleOperation('n', {
      input: { conversationId: 'lane', id: 'n', content: 'n', replyToId: 'm' },
    });
    const toReply = sampleChange('r', 'addReaction', { messageId: 'n', emoji: '👍' });
    const state = after(reply, toReply, sampleOperation('free'));
    const statuses = (of: OutboxState) => of.map(({ delivery }) => delivery.status);
    expect(statuses(state)).toEqual(['failed', 'blocked', 'blocked', 'queued']);
    expect(statuses(advance(state, { type: 'retry', id: 'm' }, offline)[0])).toEqual(Array(4).fill('queued'));
    const [rest] = advance(state, { type: 'discard', id: 'm', deletionId: 'd' }, offline);
    expect(rest.map(({ id }) => id)).toEqual(['free']);
  });

  it('blocks everything in a conversation that could not be made', () => {
    const creation = sampleChange('lane', 'createConversation', { id: 'lane' });
    const sending = { ...creation, delivery: { status: 'sending' } } as const;
    const verdict = { type: 'refused', error: new ParleyError('forbidden') } as const;
    const [state] = advance(
      [sending, sampleOperation('m')],
      { type: 'verdict', id: 'lane', verdict },
      offline,
    );
    expect(state).toMatchObject([{ delivery: { status: 'failed' } }, { delivery: { by: 'lane' } }]);
  });
});
