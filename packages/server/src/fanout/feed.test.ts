import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.js';
import { publicationOf } from '../testing/publications.js';
import { newConversationId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import { Feed, type Pull, type PulledPage } from './feed.js';

const id = newConversationId();

/** A feed that tracks one conversation after seq 1, with a log of as many entries as `head` says. */
function open(options: { readonly head?: number; readonly pageSize?: number } = {}) {
  const log = { head: options.head ?? 1, failures: 0, asked: [] as number[] };
  const counts = { gap: 0, pulled: 0, late: 0, publication: 0, poll: 0 };
  const released: number[] = [];
  const clock = createFakeClock();
  const pull: Pull = async (conversationId, after): Promise<PulledPage> => {
    log.asked.push(after);
    if (log.failures > 0) {
      log.failures -= 1;
      throw new Error('the database is away');
    }
    const to = Math.min(log.head, after + (options.pageSize ?? 100));
    const seqs = Array.from({ length: to - after }, (_, index) => after + 1 + index);
    return {
      publications: seqs.length === 0 ? [] : [publicationOf(conversationId, seqs)],
      to,
      head: log.head,
    };
  };
  const feed = new Feed({
    pull,
    clock,
    random: () => 0.5,
    release: ({ events }) => void released.push(...events.map((event) => event.seq)),
    counters: {
      gap: () => {
        counts.gap += 1;
      },
      pulled: () => {
        counts.pulled += 1;
      },
      late: () => {
        counts.late += 1;
      },
      healed: (noticedBy) => {
        counts[noticedBy] += 1;
      },
    },
  });
  feed.track(id, 1);
  const pass = async (ms: number) => {
    clock.advance(ms);
    await turn();
    await turn();
  };
  const offer = (...seqs: number[]) => feed.offer(publicationOf(id, seqs));
  return { feed, log, counts, released, clock, pass, offer };
}

describe('the feed of a conversation', () => {
  it('releases what joins on, drops what is known and takes the new part of what overlaps', () => {
    const { offer, released, counts, feed } = open();
    offer(2, 3);
    offer(2);
    offer(1, 2, 3);
    offer(3, 4, 5);
    expect([released, counts.late, feed.lastOf(id)]).toEqual([[2, 3, 4, 5], 2, 5]);
  });

  it('knows nothing of what is not tracked', () => {
    const { feed } = open();
    const other = newConversationId();
    expect([feed.offer(publicationOf(other, [1])), feed.lastOf(other), feed.digestOf(other)]).toEqual([
      false,
      undefined,
      0,
    ]);
    feed.expect(other, 9);
  });

  it('waits for a publication that was overtaken and reads nothing when it comes', async () => {
    const { offer, released, counts, log, pass } = open({ head: 4 });
    offer(4);
    offer(3);
    expect(released).toEqual([]);
    await pass(149);
    offer(2);
    await pass(1000);
    expect([released, log.asked, counts.gap]).toEqual([[2, 3, 4], [], 1]);
  });

  it('reads the log when it does not come, in pages, until what was heard of joins on', async () => {
    const { offer, released, counts, log, pass } = open({ head: 7, pageSize: 1 });
    offer(5);
    offer(4);
    await pass(150);
    await turn();
    expect([released, log.asked]).toEqual([
      [2, 3, 4, 5],
      [1, 2],
    ]);
    expect(counts).toMatchObject({ gap: 1, publication: 1, poll: 0, pulled: 2 });
    offer(6, 7);
    expect(released.at(-1)).toBe(7);
  });

  it('reads what only a hint told of, and counts it apart', async () => {
    const { feed, released, counts, pass } = open({ head: 3 });
    feed.expect(id, 1);
    feed.expect(id, 3);
    await pass(150);
    expect([released, counts.gap, counts.poll, counts.publication]).toEqual([[2, 3], 1, 1, 0]);
  });

  it('counts no gap when a hint was merely faster than the publication', async () => {
    const { feed, offer, counts, pass, log } = open({ head: 2 });
    feed.expect(id, 2);
    offer(2);
    await pass(150);
    expect([counts.gap, log.asked]).toEqual([0, []]);
  });

  it('reads again, later and later, until the log can be read', async () => {
    const { feed, released, log, pass } = open({ head: 2 });
    log.failures = 2;
    feed.expect(id, 2, true);
    await pass(0);
    await pass(249);
    expect(log.asked).toHaveLength(1);
    await pass(1);
    await pass(499);
    expect(log.asked).toHaveLength(2);
    await pass(1);
    expect([released, log.asked.length]).toEqual([[2], 3]);
  });

  it('stops reading when nobody wants the conversation any more', async () => {
    const { feed, log, clock, pass } = open({ head: 2 });
    log.failures = 1;
    feed.expect(id, 2, true);
    await pass(0);
    feed.untrack(id);
    await pass(10_000);
    expect([log.asked.length, clock.pending]).toEqual([1, 0]);
  });

  it('takes what the log does not have for another history, and goes on', async () => {
    const { offer, released, log, pass } = open({ head: 2 });
    offer(9);
    await pass(150);
    expect(released).toEqual([2]);
    offer(3);
    await pass(1000);
    expect([released, log.asked]).toEqual([[2, 3], [1]]);
  });

  it('leaves no timer behind when it is closed', () => {
    const { feed, offer, clock } = open();
    offer(5);
    feed.close();
    expect([clock.pending, feed.lastOf(id)]).toEqual([0, undefined]);
  });
});
