import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { seedUser } from '../../testing/seed.js';

describeEachEngine('one’s own log', (open) => {
  let ann: Actor;
  let bob: Actor;

  beforeEach(async () => {
    ann = await seedUser(open().database);
    bob = await seedUser(open().database);
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const hide = (hideReceipts: boolean) => as(ann)('updatePreferences', { hideReceipts });

  it('is empty for who changed nothing', async () => {
    expect(await as(ann)('listOwnChanges', { since: 0 })).toEqual({ mode: 'log', items: [], to: 0, head: 0 });
  });

  it('tells what was changed, page by page, as it is now', async () => {
    await hide(true);
    await as(ann)('setPresence', { state: 'away', status: { text: 'lunch' } });
    await hide(false);
    const page = await as(ann)('listOwnChanges', { since: 0, limit: 2 });
    expect(page).toMatchObject({
      mode: 'log',
      items: [
        { kind: 'preferences.updated', seq: 1, data: { preferences: { hideReceipts: false } } },
        { kind: 'presence.chosen', seq: 2, data: { state: 'away', status: { text: 'lunch' } } },
      ],
      to: 2,
      head: 3,
    });
    expect(await as(ann)('listOwnChanges', { since: 2 })).toMatchObject({
      items: [{ kind: 'preferences.updated', seq: 3, at: expect.stringMatching(/\.\d{6}Z$/) }],
      to: 3,
      head: 3,
    });
    expect(await as(ann)('listOwnChanges', { since: 3 })).toEqual({ mode: 'log', items: [], to: 3, head: 3 });
  });

  it('is nobody else’s', async () => {
    await hide(true);
    expect(await as(bob)('listOwnChanges', { since: 0 })).toMatchObject({ items: [], head: 0 });
  });

  it('answers a cursor of another history by a reset', async () => {
    await hide(true);
    expect(await as(ann)('listOwnChanges', { since: 2 })).toEqual({ mode: 'reset', head: 1 });
  });
});
