import type { SessionId } from '@parley/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../testing/fake-clock.js';
import { publicationOf } from '../testing/publications.js';
import { newConversationId, newUserId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import { Hub } from './hub.js';
import { Wakeups } from './wakeups.js';

const conversationId = newConversationId();
const userId = newUserId();
// A session is a name here.
const session = 'one' as SessionId;

describe('waiting for something to happen to a user', () => {
  let hub: Hub;
  let clock: FakeClock;
  let wakeups: Wakeups;
  let onArrived: () => void;

  beforeEach(() => {
    clock = createFakeClock();
    hub = new Hub({ clock });
    onArrived = () => {};
    wakeups = new Wakeups({ hub, clock, arriving: () => () => onArrived() });
  });

  /** Waits in the conversation, which was read at 5. */
  function wait(options: { abortSignal?: AbortSignal; sessionId?: SessionId; between?: () => void } = {}) {
    const state = { isOver: false };
    const listening = wakeups.listen({ userId, sessionId: options.sessionId ?? session });
    options.between?.();
    const heads = new Map([[conversationId, 5]]);
    void listening
      .wait({ memberships: heads, userSeq: 2 }, { ms: 1000, abortSignal: options.abortSignal })
      .then(() => {
        state.isOver = true;
      });
    return state;
  }

  const nothingIsLeft = () => expect([hub.size, wakeups.size, clock.pending]).toEqual([0, 0, 0]);

  it('ends with an event of a conversation one is in', async () => {
    const waiting = wait();
    await turn();
    expect(waiting.isOver).toBe(false);
    hub.deliver(publicationOf(conversationId, [6]));
    await turn();
    expect(waiting.isOver).toBe(true);
    nothingIsLeft();
  });

  it('ends with being brought into one, and not with what happens elsewhere', async () => {
    const waiting = wait();
    hub.deliver(publicationOf(newConversationId(), [1]));
    await turn();
    expect(waiting.isOver).toBe(false);
    hub.deliver(publicationOf(newConversationId(), [1], { joins: [userId] }));
    await turn();
    expect(waiting.isOver).toBe(true);
    nothingIsLeft();
  });

  it('ends at once with what was published after the heads were read, and not with what they told', async () => {
    const told = wait({ between: () => hub.deliver(publicationOf(conversationId, [5])) });
    await turn();
    expect(told.isOver).toBe(false);
    const missed = wait({
      sessionId: 'two' as SessionId,
      between: () => hub.deliver(publicationOf(conversationId, [6])),
    });
    await turn();
    expect(missed.isOver).toBe(true);
  });

  it('ends when the own log goes further than was read, and not where it stood', async () => {
    const waiting = wait();
    const [subscriber] = hub.subscribersOf(userId);
    subscriber?.writeOwnHead(2);
    await turn();
    expect(waiting.isOver).toBe(false);
    subscriber?.writeOwnHead(3);
    await turn();
    expect(waiting.isOver).toBe(true);
    nothingIsLeft();
  });

  it('has what happened meanwhile looked at once it stands in the hub', async () => {
    const sizes: number[] = [];
    onArrived = () => void sizes.push(hub.size);
    wait();
    expect(sizes).toEqual([1]);
  });

  it('ends when the time is over', async () => {
    const waiting = wait();
    clock.advance(999);
    await turn();
    expect(waiting.isOver).toBe(false);
    clock.advance(1);
    await turn();
    expect(waiting.isOver).toBe(true);
    nothingIsLeft();
  });

  it('ends when nobody waits for the answer any more, also before it began', async () => {
    const controller = new AbortController();
    const waiting = wait({ abortSignal: controller.signal });
    controller.abort();
    await turn();
    expect(waiting.isOver).toBe(true);
    const late = wait({ abortSignal: controller.signal });
    await turn();
    expect(late.isOver).toBe(true);
    nothingIsLeft();
  });

  it('of one session ends an older one, and leaves those of others alone', async () => {
    const [older, other] = [wait(), wait({ sessionId: 'two' as SessionId })];
    const newer = wait();
    await turn();
    expect([older.isOver, other.isOver, newer.isOver]).toEqual([true, false, false]);
    expect(wakeups.size).toBe(2);
  });

  it('ends with the server, and does not begin after it', async () => {
    const waiting = wait();
    wakeups.close();
    const late = wait();
    await turn();
    expect([waiting.isOver, late.isOver]).toEqual([true, true]);
    nothingIsLeft();
  });

  it('that never came to waiting leaves nothing behind', () => {
    wakeups.listen({ userId, sessionId: session }).end();
    hub.deliver(publicationOf(conversationId, [6]));
    nothingIsLeft();
  });
});
