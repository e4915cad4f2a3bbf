/**
 * What a client shows after catching up is what it would show had it opened the conversation for the first time, whatever it knew before: for a history
 * with all kinds of entries in it, from every cursor, by the log, by state and by both in turns, in pages of any size.
 */
import type { ChangesPage, ChatEvent, ConversationId } from '@parley/protocol';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../packages/server/src/access/actor.js';
import { entryKinds } from '../../packages/server/src/eventlog/entry-kinds.js';
import { callAs } from '../../packages/server/src/testing/callers.js';
import { describeEachEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import { seedUser, seedUsers } from '../../packages/server/src/testing/seed.js';
import { applyEvent, applyPage, canonical, emptyProjection, type Projection } from '../support/projection.js';
import { chooseSeed, createRandom } from '../support/random.js';
import { listenAs } from './listen-as.js';
import { beginHistory } from './random-history.js';
import { readAfresh } from './read-afresh.js';

const length = 32;
const seed = chooseSeed();
const random = createRandom(seed);

/** A deleted conversation has no view: who reads it gets nothing. */
const kindsToSee = Object.keys(entryKinds).filter((kind) => kind !== 'conversation.deleted');

describeEachEngine(`catching up with history ${seed}`, (open) => {
  let viewer: Actor;
  let conversationId: ConversationId;
  /** The view at every seq, 0 included. */
  const views: Projection[] = [];
  /** The events as they were told when they happened. */
  let live: readonly ChatEvent[];

  beforeAll(async () => {
    viewer = await seedUser(open().database);
    const others = await seedUsers(open().database, 4);
    const listening = listenAs(open().core.hub, viewer);
    views.push(emptyProjection(viewer.userId));
    const history = await beginHistory({ engine: open(), random, viewer, others });
    conversationId = history.conversationId;
    // More than fifty steps in ten seconds make it busy.
    listening.open(conversationId);
    views.push(await readAfresh(open(), viewer, conversationId));
    while (views.length <= length) {
      await history.step();
      views.push(await readAfresh(open(), viewer, conversationId));
    }
    listening.end();
    live = listening.events;
  });

  const head = () => views.length - 1;
  const view = (seq: number): Projection => {
    const found = views[seq];
    if (found === undefined) throw new Error(`there is no view at ${seq}`);
    return found;
  };
  const read = (since: number, limit: number, mode: 'log' | 'state') =>
    callAs(open(), viewer)('listChanges', { conversationId, since, limit, mode });

  /** Reads pages from a view on until the head is reached. */
  async function catchUp(from: Projection, limit: number, mode: () => 'log' | 'state'): Promise<Projection> {
    let state = from;
    for (let page: ChangesPage | undefined; page === undefined || state.cursor < page.head; ) {
      page = await read(state.cursor, limit, mode());
      const before = state.cursor;
      state = applyPage(state, page);
      if (state.cursor === before && before < page.head)
        throw new Error(`the page after ${before} leads nowhere`);
    }
    return state;
  }

  it('has all kinds of entries, one for each step, and tells each when it happens', () => {
    expect(new Set(live.map(({ kind }) => kind))).toEqual(new Set(kindsToSee));
    expect(live.map(({ seq }) => seq)).toEqual(views.slice(1).map(({ cursor }) => cursor));
  });

  it('the event of every entry, applied to the view before it, gives the view after it', () => {
    for (const event of live)
      expect(canonical(applyEvent(view(event.seq - 1), event)), `${event.kind} at ${event.seq}`).toBe(
        canonical(view(event.seq)),
      );
  });

  describe.each([1, 2, 7, 100])('in pages of %d', (limit) => {
    it.each([
      ['by the log', () => 'log' as const],
      ['by state', () => 'state' as const],
      ['by both in turns', () => (random() < 0.5 ? ('log' as const) : ('state' as const))],
    ])('%s leads from every cursor to the present view', async (_name, mode) => {
      const present = canonical(view(head()));
      for (let cursor = 0; cursor <= head(); cursor += 1) {
        const state = await catchUp(view(cursor), limit, mode);
        expect(canonical(state), `from ${cursor}`).toBe(present);
        expect(state.cursor).toBe(head());
      }
    });
  });

  it('pages may come twice, in any order and mixed with live events', async () => {
    const present = canonical(view(head()));
    const pages = await Promise.all(
      [0, 3, 11, 23, head() - 5].flatMap((since) => [read(since, 9, 'log'), read(since, 9, 'state')]),
    );
    for (let round = 0; round < 20; round += 1) {
      const cursor = Math.floor(random() * head());
      // Live events in order are what moves a cursor; everything else comes in between.
      let state = view(cursor);
      for (const event of live.slice(cursor)) {
        const page = pages[Math.floor(random() * pages.length)];
        if (page !== undefined) state = { ...applyPage(state, page), cursor: state.cursor };
        state = applyEvent(state, event);
      }
      // A page may tell of rows the view had not come to yet; it knows all rows only once it holds all pages' rows or their events.
      expect(canonical(state)).toBe(present);
    }
  });
});
