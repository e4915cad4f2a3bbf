import type { UserId } from '@parley/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createFakeClock } from '../testing/fake-clock.js';
import { createListener, messageEvent } from '../testing/publications.js';
import { newConversationId, newUserId } from '../testing/seed.js';
import { turn } from '../testing/turn.js';
import type { Publication, RemotePublication } from './broker.js';
import { firstSeq, lastSeq } from './feed.js';
import { Hub } from './hub.js';

/** What one commit is: how many events, and whether the guest comes or goes by it. Where they cannot, it is a plain one. */
type Commit = { readonly events: 1 | 2 | 3; readonly guest: 'stays' | 'moves' };

/** How one publication travels, and what happens meanwhile. */
type Step =
  | { readonly do: 'commit'; readonly as: 'local' | 'remote' | 'header' | 'lost' }
  | { readonly do: 'again'; readonly which: number; readonly as: 'local' | 'remote' }
  | { readonly do: 'hint' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'fail' };

const commit: fc.Arbitrary<Commit> = fc.record({
  events: fc.constantFrom(1, 2, 3),
  guest: fc.constantFrom('stays', 'stays', 'moves'),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('commit'),
      as: fc.constantFrom('local', 'remote', 'header', 'lost'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('again'),
      which: fc.nat(40),
      as: fc.constantFrom('local', 'remote'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hint') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fail') }) },
);

it('whatever is lost, doubled, delayed or overtaken: members get every event once and in order, a guest those of their stays', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(commit, { minLength: 5, maxLength: 25 }),
      fc.array(step, { maxLength: 60 }),
      async (commits, steps) => {
        const world = openWorld(commits);
        for (const one of steps) await world.take(one);
        await world.settle();
        expect(world.member.seqs).toEqual(world.all());
        expect(world.guest.seqs).toEqual(world.ofGuest());
      },
    ),
    { numRuns: 300 },
  );
});

function openWorld(commits: readonly Commit[]) {
  const conversationId = newConversationId();
  const guestId = newUserId();
  const { publications, stays } = writeLog(conversationId, guestId, commits);
  const clock = createFakeClock();
  let committed = 0;
  let failures = 0;
  const head = () => (committed === 0 ? 0 : lastOf(publications[committed - 1]));
  const hub = new Hub({
    clock,
    random: () => 0.5,
    pull: async (_id, after) => {
      if (failures > 0) {
        failures -= 1;
        throw new Error('the database is away');
      }
      // Pages end anywhere, also within what one commit made.
      const page = publications
        .slice(0, committed)
        .flatMap(({ events, ...rest }) => events.map((event) => ({ ...rest, events: [event] })))
        .filter((publication) => lastSeq(publication) > after)
        .slice(0, 2);
      return { publications: page, to: page.length === 0 ? after : lastOf(page.at(-1)), head: head() };
    },
  });
  const member = createListener();
  const guest = createListener(guestId);
  hub.record().admit(member.subscriber, new Map([[conversationId, 0]]));
  hub.record().admit(guest.subscriber, new Map());
  // So many events in so short a time would make the conversation busy.
  for (const { subscriber } of [member, guest]) hub.setOpen(subscriber, [conversationId]);
  const send = (publication: Publication, as: 'local' | 'remote' | 'header') => {
    if (as === 'local') hub.deliver(publication);
    else hub.receive(remoteOf(publication, as === 'header'));
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    for (let count = 0; count < 5; count += 1) await turn();
  };
  return {
    member,
    guest,
    all: () => Array.from({ length: head() }, (_, index) => index + 1),
    ofGuest: () => stays.filter((seq) => seq <= head()),
    take: async (one: Step) => {
      const next = publications[committed];
      const earlier = one.do === 'again' ? publications[one.which % Math.max(1, committed)] : undefined;
      if (one.do === 'pass') await pass(one.ms);
      else if (one.do === 'fail') failures += 1;
      else if (one.do === 'hint') hub.expect(conversationId, head());
      else if (one.do === 'again' && earlier !== undefined && committed > 0) send(earlier, one.as);
      else if (one.do === 'commit' && next !== undefined) {
        committed += 1;
        if (one.as !== 'lost') send(next, one.as);
      }
    },
    settle: async () => {
      hub.expect(conversationId, head());
      for (let count = 0; count < 40; count += 1) await pass(10_000);
    },
  };
}

/** The log, and the seqs the guest is to get: from each coming to the going after it, both included. */
function writeLog(
  conversationId: Publication['conversationId'],
  guestId: UserId,
  commits: readonly Commit[],
): { publications: Publication[]; stays: number[] } {
  const stays: number[] = [];
  let seq = 0;
  let isIn = false;
  const publications = commits.map(({ events, guest }): Publication => {
    const seqs = Array.from({ length: guest === 'moves' ? 1 : events }, (_, index) => seq + 1 + index);
    seq += seqs.length;
    if (isIn || guest === 'moves') stays.push(...seqs);
    const people = guest === 'stays' ? {} : isIn ? { leaves: [guestId] } : { joins: [guestId] };
    if (guest === 'moves') isIn = !isIn;
    return { conversationId, events: seqs.map((one) => messageEvent(conversationId, one)), ...people };
  });
  return { publications, stays };
}

function remoteOf(publication: Publication, isHeaderOnly: boolean): RemotePublication {
  return {
    conversationId: publication.conversationId,
    from: firstSeq(publication),
    to: lastSeq(publication),
    hasJoins: publication.joins !== undefined,
    read: () => (isHeaderOnly ? undefined : publication),
  };
}

function lastOf(publication: Publication | undefined): number {
  return publication === undefined ? 0 : lastSeq(publication);
}
