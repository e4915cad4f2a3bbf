import {
  type ChatEvent,
  type ConversationId,
  headsDigest,
  type UserId,
  type WelcomeFrame,
} from '@parley/protocol/wire';
import { describe, expect, it } from 'vitest';
import { fakePlatform } from '../testing/fake-platform.js';
import type { ChangesPage, StateChanges } from './changes-page.js';
import { Sync } from './sync.js';

const a = 'a' as ConversationId;
const b = 'b' as ConversationId;
const me = 'me' as UserId;

function message(conversationId: ConversationId, seq: number, actorId: UserId = me): ChatEvent {
  // The data of a message is nothing to the sync.
  return { kind: 'message.created', conversationId, seq, at: '', actorId, data: {} } as unknown as ChatEvent;
}

function removal(conversationId: ConversationId, seq: number): ChatEvent {
  // Of its data the sync reads who was removed.
  const data = { userIds: [me] };
  return {
    kind: 'members.removed',
    conversationId,
    seq,
    at: '',
    actorId: null,
    data,
  } as unknown as ChatEvent;
}

const welcome = (epoch = 'epoch', since = '1') => ({ epoch, since, userId: me }) as WelcomeFrame;

function setUp(log: Partial<Record<string, ChatEvent[]>> = {}) {
  const platform = fakePlatform();
  const told: string[] = [];
  let failures = 0;
  const asked: string[] = [];
  const sync = new Sync({
    platform,
    readChanges: async (conversationId, since): Promise<ChangesPage | undefined> => {
      asked.push(`${conversationId}>${since}`);
      if (failures > 0) {
        failures -= 1;
        throw new TypeError('network');
      }
      const entries = log[conversationId];
      if (entries === undefined) return undefined;
      const events = entries.filter(({ seq }) => seq > since).slice(0, 2);
      return { mode: 'log', events, to: events.at(-1)?.seq ?? since, head: entries.at(-1)?.seq ?? 0 };
    },
    deliver: ({ conversationId, seq }, { isCatchUp, isOwn }) =>
      void told.push(`${conversationId}${seq}${isCatchUp ? ' late' : ''}${isOwn ? ' own' : ''}`),
    moved: (conversationId, seq) => void told.push(`${conversationId} moved to ${seq}`),
    caughtUp: (conversationId, { to }) => void told.push(`${conversationId} caught up to ${to}`),
    removed: (conversationId) => void told.push(`${conversationId} removed`),
    reset: () => void told.push('reset'),
    askAllHeads: () => void told.push('ask'),
  });
  const fail = (times: number) => {
    failures = times;
  };
  return { platform, sync, told, asked, fail };
}

const others = 'other' as UserId;
const upTo = (conversationId: ConversationId, head: number) =>
  Array.from({ length: head }, (_, index) => message(conversationId, index + 1, others));

describe('the sync', () => {
  it('says that a conversation changed when its head is told again and the log has not moved', async () => {
    const { sync, told, platform } = setUp();
    sync.receiveWelcome(welcome(), [[a, 7]]);
    sync.receiveWelcome(welcome('epoch', '2'), [[a, 7]]);
    await platform.settle();
    expect(told).toEqual(['a moved to 7']);
  });

  it('tells everything after a removal that is over again when it asks', async () => {
    const log = { a: [...upTo(a, 6), removal(a, 7), ...upTo(a, 12).slice(7)] };
    const { sync, told, platform } = setUp(log);
    sync.receiveWelcome(welcome(), [[a, 5]]);
    sync.disconnected();
    sync.receiveWelcome(welcome('epoch', '2'), [[a, 12]]);
    await platform.settle();
    sync.receiveEvent(message(a, 13, others));
    const seqs = told.flatMap((line) => /^a(\d+)/.exec(line)?.[1] ?? []);
    expect(seqs).toEqual(['6', '7', '8', '9', '10', '11', '12', '13']);
    expect(told).toContain('a removed');
  });

  it('starts at the heads of the first welcome and delivers what follows', async () => {
    const { sync, told, asked, platform } = setUp();
    sync.receiveWelcome(welcome(), [[a, 7]]);
    sync.receiveEvent(message(a, 7, others));
    sync.receiveEvent(message(a, 8));
    await platform.settle();
    expect(told).toEqual(['a8 own']);
    expect(asked).toEqual([]);
    expect(sync.resume).toEqual({ epoch: 'epoch', since: '1' });
  });

  it('fetches page by page what happened while it was away, and holds live events back meanwhile', async () => {
    const { sync, told, platform } = setUp({ a: upTo(a, 8) });
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.disconnected();
    sync.receiveWelcome(welcome('epoch', '2'), [[a, 8]]);
    sync.receiveEvent(message(a, 9, others));
    await platform.settle();
    expect(told).toEqual(['a4 late', 'a5 late', 'a6 late', 'a7 late', 'a8 late', 'a9 late']);
  });

  it('fetches a hole between live events', async () => {
    const { sync, told, asked, platform } = setUp({ a: upTo(a, 4) });
    sync.receiveWelcome(welcome(), [[a, 1]]);
    sync.receiveEvent(message(a, 4, others));
    expect(told).toEqual([]);
    await platform.settle();
    expect(told.map((each) => each.slice(0, 2))).toEqual(['a2', 'a3', 'a4']);
    expect(asked[0]).toBe('a>1');
  });

  it('tries a fetch again that failed, and takes it up after the next welcome although nothing moved since', async () => {
    const { sync, told, asked, platform, fail } = setUp({ a: upTo(a, 2) });
    sync.receiveWelcome(welcome(), [[a, 1]]);
    fail(2);
    sync.receiveEvent(message(a, 3, others));
    await platform.settle();
    expect(asked).toEqual(['a>1']);
    sync.disconnected();
    sync.receiveWelcome(welcome('epoch', '2'), []);
    await platform.settle();
    expect(asked).toEqual(['a>1', 'a>1']);
    await platform.advance(2000);
    expect(told.map((each) => each.slice(0, 2))).toEqual(['a2', 'a3']);
  });

  it('tells of conversations that came while it was away, and of those it is no longer a member of', () => {
    const { sync, told } = setUp();
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveWelcome(welcome('epoch', '2'), [
      [a, -1],
      [b, 12],
    ]);
    sync.receiveEvent(message(b, 13, others));
    expect(told).toEqual(['a removed', 'b moved to 12', 'b13']);
  });

  it('leaves a conversation with the event that removes its user, and enters it again with the next', () => {
    const { sync, told } = setUp();
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveEvent(removal(a, 4));
    sync.receiveEvent(message(a, 9, others));
    expect(told).toEqual(['a4', 'a removed', 'a9']);
  });

  it('ends with a conversation that is hidden when it wants to catch up', async () => {
    const { sync, told, platform } = setUp();
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveEvent(message(a, 9, others));
    await platform.settle();
    expect(told).toEqual(['a removed']);
  });

  it.each([
    ['another epoch', 'other', 5],
    ['a log that ends before the cursor', 'epoch', 1],
  ])('starts anew after %s', (_, epoch, head) => {
    const { sync, told } = setUp();
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveWelcome(welcome(epoch, '2'), [[a, head]]);
    sync.receiveEvent(message(a, head + 1, others));
    expect(told).toEqual(['reset', `a${head + 1}`]);
  });

  it('takes heads that are older than its cursor for late, not for another history, when two sockets are open', () => {
    const { sync, told } = setUp();
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveEvent(message(a, 4, others));
    sync.receiveWelcome(welcome('epoch', '2'), [[a, 3]], true);
    sync.receiveEvent(message(a, 4, others));
    sync.receiveEvent(message(a, 5, others));
    expect(told).toEqual(['a4', 'a5']);
  });

  it('fetches at once what a head between two welcomes tells of', async () => {
    const { sync, told, platform } = setUp({ a: upTo(a, 5) });
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveHeads([
      [a, 5],
      [b, 2],
    ]);
    await platform.settle();
    expect(told).toEqual(['b moved to 2', 'a4 late', 'a5 late']);
    sync.receiveHeads([
      [a, 4],
      [b, -1],
    ]);
    sync.receiveEvent(message(a, 6, others));
    expect(told.slice(3)).toEqual(['b removed', 'a6']);
  });
});

describe('a digest', () => {
  it('that is that of the heads known asks for nothing', () => {
    const { sync, told } = setUp();
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveEvent(message(a, 4));
    sync.receiveDigest(headsDigest([[a, 4]]));
    expect(told).toEqual(['a4 own']);
    expect(sync.resume).toBeDefined();
  });

  it('that is another one asks for every head, takes what they tell, and is done', async () => {
    const { sync, told, platform } = setUp({ a: upTo(a, 5) });
    sync.receiveWelcome(welcome(), [
      [a, 3],
      [b, 1],
    ]);
    sync.receiveDigest(headsDigest([[a, 5]]));
    expect([told, sync.resume]).toEqual([['ask'], undefined]);
    sync.receiveWelcome(welcome('epoch', '2'), [[a, 5]]);
    await platform.settle();
    expect(told).toEqual(['ask', 'b removed', 'a4 late', 'a5 late']);
    expect(sync.resume).toEqual({ epoch: 'epoch', since: '2' });
    sync.receiveDigest(headsDigest([[a, 5]]));
    expect(told).toHaveLength(4);
  });

  it('asks at most once a minute, and not while something is fetched', async () => {
    const { sync, told, platform } = setUp({ a: upTo(a, 9) });
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.receiveHeads([[a, 9]]);
    sync.receiveDigest(1);
    expect(told).toEqual([]);
    await platform.settle();
    const asked = () => told.filter((each) => each === 'ask').length;
    sync.receiveDigest(1);
    await platform.advance(59_999);
    sync.receiveDigest(1);
    expect(asked()).toBe(1);
    await platform.advance(1);
    sync.receiveDigest(1);
    expect(asked()).toBe(2);
  });
});

describe('catching up by state', () => {
  const touched = (...rows: [id: string, seq: number, rev: number][]) =>
    // Of a message the sync reads what places it.
    rows.map(([id, seq, rev]) => ({
      id,
      seq,
      rev,
      at: '',
      senderId: others,
    })) as unknown as StateChanges['messages'];
  // Of a page the sync reads its messages and its place.
  const statePage = (messages: StateChanges['messages'], to: number, head: number) =>
    ({ mode: 'state', messages, to, head }) as unknown as StateChanges;

  /** A client at 3 of a conversation that went on to `head`, and the pages it will be given. */
  function away(head: number, pages: (ChangesPage | Error)[]) {
    const platform = fakePlatform();
    const told: string[] = [];
    const asked: string[] = [];
    let beforeSecond = () => {};
    const sync = new Sync({
      platform,
      readChanges: async (_conversationId, since, mode) => {
        asked.push(`${since} ${mode ?? 'any'}`);
        if (asked.length === 2) beforeSecond();
        const page = pages.shift();
        if (page instanceof Error) throw page;
        return page;
      },
      deliver: ({ kind, seq }, { isCatchUp }) => void told.push(`${kind} ${seq}${isCatchUp ? ' late' : ''}`),
      moved: (_conversationId, seq) => void told.push(`moved to ${seq}`),
      caughtUp: (_conversationId, { to }) => void told.push(`caught up to ${to}`),
      removed: () => void told.push('removed'),
      reset: () => void told.push('reset'),
      askAllHeads: () => {},
    });
    sync.receiveWelcome(welcome(), [[a, 3]]);
    sync.disconnected();
    sync.receiveWelcome(welcome('epoch', '2'), [[a, head]]);
    const between = (happens: () => void): void => {
      beforeSecond = happens;
    };
    return { platform, sync, told, asked, between };
  }

  it('tells messages that are new here once, those that were known never, and goes on in the same mode', async () => {
    const { told, asked, platform } = away(900, [
      statePage(touched(['old', 2, 500], ['new', 400, 400], ['again', 450, 450]), 500, 900),
      // Sent at 460 and changed since, and one that was told already and changed after the first page was read.
      statePage(touched(['again', 450, 800], ['late', 460, 900]), 900, 900),
    ]);
    await platform.settle();
    expect(asked).toEqual(['3 any', '500 state']);
    expect(told).toEqual([
      'message.created 400 late',
      'message.created 450 late',
      'caught up to 500',
      'moved to 500',
      'message.created 460 late',
      'caught up to 900',
      'moved to 900',
    ]);
  });

  it('remembers whom it told when the connection ends in between', async () => {
    const { sync, told, asked, platform } = away(900, [
      statePage(touched(['one', 400, 400]), 500, 900),
      new TypeError('network'),
      statePage(touched(['one', 400, 910]), 910, 910),
    ]);
    await platform.settle();
    sync.disconnected();
    sync.receiveWelcome(welcome('epoch', '3'), [[a, 910]]);
    await platform.settle();
    expect(asked).toEqual(['3 any', '500 state', '500 state']);
    expect(told.filter((each) => each.startsWith('message'))).toEqual(['message.created 400 late']);
  });

  it('releases live events behind the page and drops those it covers', async () => {
    const { sync, told, platform } = away(900, [statePage(touched(['one', 400, 400]), 902, 902)]);
    for (const seq of [901, 902, 903, 904]) sync.receiveEvent(message(a, seq));
    await platform.settle();
    expect(told.slice(-3)).toEqual(['moved to 902', 'message.created 903 late', 'message.created 904 late']);
    sync.receiveEvent(message(a, 905));
    expect(told.at(-1)).toBe('message.created 905');
  });

  it('drops a page that live events have overtaken', async () => {
    const { sync, told, platform } = away(900, [
      statePage(touched(['four', 4, 4]), 4, 900),
      statePage(touched(['four', 4, 899], ['six', 6, 900]), 900, 900),
    ]);
    for (const seq of [4, 5]) sync.receiveEvent(message(a, seq));
    await platform.settle();
    expect(told).toEqual([
      'message.created 4',
      'message.created 5',
      'message.created 6 late',
      'caught up to 900',
      'moved to 900',
    ]);
  });

  it('lets live events wait until its last page, also those that follow the page before', async () => {
    const { sync, told, platform, between } = away(900, [
      statePage(touched(['four', 4, 4]), 4, 900),
      statePage(touched(['five', 5, 800], ['six', 6, 900]), 900, 900),
    ]);
    sync.receiveEvent(message(a, 901));
    between(() => sync.receiveEvent(message(a, 5)));
    await platform.settle();
    expect(told.filter((each) => each.startsWith('message'))).toEqual([
      'message.created 4 late',
      'message.created 5 late',
      'message.created 6 late',
      'message.created 901 late',
    ]);
  });

  it('starts anew at the head where no history leads from the cursor', async () => {
    const { sync, told, platform } = away(900, [{ mode: 'reset', head: 900 }]);
    await platform.settle();
    sync.receiveEvent(message(a, 901));
    expect(told).toEqual(['reset', 'message.created 901']);
  });
});
