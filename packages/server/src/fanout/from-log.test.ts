import type { ChatEvent, ConversationId } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { toRuns } from './from-log.js';

const conversationId = 'a' as ConversationId;
// Only kind, seq and who comes or goes are looked at.
const event = (seq: number, kind = 'message.created', data: object = {}) =>
  ({ kind, conversationId, seq, data }) as unknown as ChatEvent;

describe('events of a log', () => {
  it('stay together unless somebody comes or goes by one, or not all may be told of it', () => {
    const events = [
      event(1),
      event(2),
      event(3, 'members.removed', { userIds: ['u'] }),
      event(4),
      event(5, 'message.updated'),
      event(6),
    ];
    const runs = toRuns(events, ({ seq }) => seq === 5);
    expect(
      runs.map(({ events: run, leaves, isWithheld }) => [run.map(({ seq }) => seq), leaves, isWithheld]),
    ).toEqual([
      [[1, 2], undefined, undefined],
      [[3], ['u'], undefined],
      [[4], undefined, undefined],
      [[5], undefined, true],
      [[6], undefined, undefined],
    ]);
  });
});
