import {
  type ChatEvent,
  type ConversationId,
  type HeadFrame,
  headsDigest,
  type Message,
  type UserId,
  type WelcomeFrame,
} from '@parley/protocol/wire';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.js';
import { Sync } from './sync.js';

const a = 'a' as ConversationId;
const me = 'me' as UserId;

function entry(seq: number): ChatEvent {
  // The data of a message is nothing to the sync.
  return {
    kind: 'message.created',
    conversationId: a,
    seq,
    at: '',
    actorId: null,
    data: {},
  } as unknown as ChatEvent;
}

function headOf(seq: number, lastMessage: Message | null = null): HeadFrame {
  return { type: 'head', conversationId: a, seq, ord: seq, deletedOrds: [], lastMessage };
}

const welcome = { epoch: 'epoch', since: '1', userId: me } as WelcomeFrame;

/** A client and the server's log of one conversation, of which the client knows the first entry. */
function setUp() {
  const platform = fakePlatform();
  const log = { head: 1 };
  const seqs: number[] = [];
  const moves: [number, Message | undefined][] = [];
  let reads = 0;
  let asks = 0;
  const sync = new Sync({
    platform,
    readChanges: async (_conversationId, since) => {
      reads += 1;
      const count = Math.min(3, log.head - since);
      const events = Array.from({ length: count }, (_, index) => entry(since + 1 + index));
      return { mode: 'log', events, to: since + count, head: log.head };
    },
    deliver: ({ seq }) => void seqs.push(seq),
    moved: (_conversationId, seq, lastMessage) => void moves.push([seq, lastMessage]),
    caughtUp: () => {},
    removed: () => {},
    reset: () => {},
    askAllHeads: () => {
      asks += 1;
    },
  });
  sync.receiveWelcome(welcome, [[a, 1]]);
  return { platform, sync, log, seqs, moves, reads: () => reads, asks: () => asks };
}

const upTo = (head: number) => Array.from({ length: head - 1 }, (_, index) => index + 2);

describe('the head of a busy conversation', () => {
  it('is told with the latest message and fetches nothing', async () => {
    const { platform, sync, moves, seqs, reads } = setUp();
    // The sync hands the message on as it is.
    const message = { id: 'm7' } as unknown as Message;
    sync.receiveHead(headOf(7, message));
    sync.receiveHead(headOf(9));
    await platform.settle();
    expect([moves, seqs, reads()]).toEqual([
      [
        [7, message],
        [9, undefined],
      ],
      [],
      0,
    ]);
  });

  it('is fetched when the conversation is opened, once', async () => {
    const { platform, sync, log, seqs } = setUp();
    log.head = 9;
    sync.receiveHead(headOf(9));
    sync.setOpen([a]);
    sync.setOpen([a]);
    await platform.settle();
    expect(seqs).toEqual(upTo(9));
  });

  it('is a hole like any other while the conversation is open', async () => {
    const { platform, sync, log, seqs } = setUp();
    sync.setOpen([a]);
    log.head = 4;
    sync.receiveHead(headOf(4));
    await platform.settle();
    expect(seqs).toEqual(upTo(4));
  });

  it('is fetched with the first event behind it, when the conversation is ordinary again', async () => {
    const { platform, sync, log, seqs } = setUp();
    sync.receiveHead(headOf(6));
    log.head = 7;
    sync.receiveEvent(entry(7));
    await platform.settle();
    expect(seqs).toEqual(upTo(7));
  });

  it('waits on through a welcome that says nothing of it, and is fetched by one that does', async () => {
    const { platform, sync, log, seqs, reads } = setUp();
    log.head = 6;
    sync.receiveHead(headOf(6));
    sync.disconnected();
    sync.receiveWelcome(welcome, []);
    await platform.settle();
    expect(reads()).toBe(0);
    sync.disconnected();
    sync.receiveWelcome(welcome, [[a, 6]]);
    await platform.settle();
    expect(seqs).toEqual(upTo(6));
  });

  it('counts for the digest, and an older one that comes late is passed over', () => {
    const { sync, moves, asks } = setUp();
    sync.receiveHead(headOf(6));
    sync.receiveHead(headOf(5));
    sync.receiveDigest(headsDigest([[a, 6]]));
    expect([moves, asks()]).toEqual([[[6, undefined]], 0]);
  });

  it('waits for the connection when the conversation is opened without one', async () => {
    const { platform, sync, log, seqs, reads } = setUp();
    log.head = 6;
    sync.receiveHead(headOf(6));
    sync.disconnected();
    sync.setOpen([a]);
    await platform.settle();
    expect(reads()).toBe(0);
    sync.receiveWelcome(welcome, []);
    await platform.settle();
    expect(seqs).toEqual(upTo(6));
  });

  it('begins a conversation that was not known', async () => {
    const { platform, sync, moves, reads } = setUp();
    const other = 'b' as ConversationId;
    sync.receiveHead({ ...headOf(12), conversationId: other });
    sync.setOpen([other]);
    await platform.settle();
    expect([moves, reads()]).toEqual([[[12, undefined]], 0]);
  });
});

type Step = 'publish' | 'tick' | 'busy' | 'ordinary' | 'open' | 'close' | 'arrive' | 'settle' | 'reconnect';

it('whoever opens a busy conversation now and then ends with what somebody has who had it open all the time', async () => {
  const step = fc.constantFrom<Step>(
    ...(['publish', 'publish', 'publish', 'tick', 'busy', 'ordinary'] as const),
    ...(['open', 'close', 'arrive', 'settle', 'reconnect'] as const),
  );
  // Nothing happens any more: what was left out is told before or after it is opened here, and before or after the server knows of that.
  const ending = fc.constantFrom<Step[]>(
    ['tick', 'open', 'arrive', 'settle'],
    ['open', 'tick', 'settle', 'arrive'],
    ['open', 'arrive', 'settle'],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 80 }), ending, async (steps, last) => {
      const world = openWorld();
      for (const one of [...steps, ...last]) await world.take(one);
      expect(world.seqs).toEqual(upTo(world.log.head));
    }),
    { numRuns: 300 },
  );
});

/** The server's side of one socket, as PROTOCOL.md has it; what the client opens takes effect when it arrives. */
function openWorld() {
  const { platform, sync, log, seqs } = setUp();
  let isBusy = false;
  let isOpen = false;
  let isOpenHere = false;
  let isOwed = false;
  const tell = () => {
    if (isOwed) sync.receiveHead(headOf(log.head));
    isOwed = false;
  };
  const open = (isToBe: boolean) => {
    isOpenHere = isToBe;
    sync.setOpen(isToBe ? [a] : []);
  };
  const arrive = () => {
    isOpen = isOpenHere;
    if (isOpen) tell();
  };
  const reconnect = () => {
    sync.disconnected();
    isOwed = false;
    isOpen = false;
    sync.receiveWelcome(welcome, [[a, log.head]]);
    arrive();
  };
  const publish = () => {
    log.head += 1;
    if (!isBusy || isOpen) sync.receiveEvent(entry(log.head));
    else isOwed = true;
  };
  const take = (step: Step): void | Promise<void> => {
    switch (step) {
      case 'publish':
        return publish();
      case 'tick':
        return tell();
      case 'busy':
        isBusy = true;
        return;
      case 'ordinary':
        tell();
        isBusy = false;
        return;
      case 'open':
      case 'close':
        return open(step === 'open');
      case 'arrive':
        return arrive();
      case 'settle':
        return platform.settle();
      case 'reconnect':
        return reconnect();
      default:
        return step satisfies never;
    }
  };
  return { seqs, log, take };
}
