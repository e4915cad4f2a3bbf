import type { OpId, OwnPresence } from '@parley/protocol';
import { beforeEach, expect, it } from 'vitest';
import type { Actor } from '../access/actor.js';
import type { Database } from '../db/database.js';
import { callAs } from '../testing/callers.js';
import { describeEachEngine } from '../testing/describe-each-engine.js';
import { expectCode } from '../testing/expect-code.js';
import { newMessageId, newUserId, seedUser } from '../testing/seed.js';
import type { OwnContext } from './context.js';
import { type OwnerOptions, runOwner } from './owner.js';

type OwnerHandler = Parameters<typeof runOwner>[0]['handler'];

describeEachEngine('changes of what is one’s own', (open) => {
  let ann: Actor;

  beforeEach(async () => {
    ann = await seedUser(open().database);
  });

  const as = (actor: Actor) => callAs(open(), actor);
  const say = (text: string, opId: string = newMessageId()) =>
    as(ann)('setPresence', { state: 'online', status: { text } }, opId);
  const log = () =>
    open().query<{ seq: number; op_id: string }>(
      'select seq, op_id from parley.user_log where user_id = $1 order by seq',
      [ann.userId],
    );
  const seqs = async () => (await log()).map(({ seq }) => seq);
  const touches = () =>
    open().query('select xid from parley.commit_log where $1::uuid = any(users)', [ann.userId]);

  /** Carries out a handler of the test's own. */
  const run = (handler: Partial<OwnerHandler>, use: Partial<OwnerOptions> & { opId?: string } = {}) => {
    const { database, core } = open();
    return runOwner({
      options: {
        database,
        newId: core.newId,
        delay: async () => {},
        random: () => 0,
        publish: () => {},
        touchOwn: () => {},
        ...use,
      },
      ctx: {
        db: database.kysely,
        include: core.registry.includes,
        newId: core.newId,
        now: core.clock.now,
        actor: ann,
      },
      handler: {
        policy: 'owner',
        entry: 'preferences.updated',
        run: async () => null,
        repeat: async () => null,
        ...handler,
      },
      // The handlers of these tests look at no input.
      input: undefined as never,
      // The id was made by a test.
      opId: use.opId as OpId | undefined,
    });
  };

  it('are numbered without a hole, however many come at once', async () => {
    // Half of them past this node's lane, as another node's would come.
    const elsewhere = { run: ({ append }: OwnContext) => append([]).then(() => null) };
    await Promise.all(
      Array.from({ length: 50 }, (_, count) => (count % 2 === 0 ? say(`${count}`) : run(elsewhere))),
    );
    expect(await seqs()).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
    expect(
      await open().query('select last_seq from parley.user_heads where user_id = $1', [ann.userId]),
    ).toEqual([{ last_seq: 50 }]);
    expect(await touches()).toHaveLength(50);
  });

  it('of one device happen in the order they came', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, count) => say(`${count}`)));
    expect(await as(ann)('getOwnPresence', {})).toMatchObject({ status: { text: '9' } });
  });

  it('happen once a name, also when it comes several times at once, and a repeat changes nothing later', async () => {
    const opId = newMessageId();
    const answers = await Promise.all([1, 2, 3].map(() => say('first', opId)));
    for (const answer of answers) expect(answer).toMatchObject({ status: { text: 'first' } });
    await say('second');
    const again: OwnPresence = await say('first', opId);
    expect(again).toMatchObject({ status: { text: 'second' } });
    expect((await log()).map(({ op_id }) => op_id === opId)).toEqual([true, false]);
  });

  it('are refused under the name of something else', async () => {
    const opId = newMessageId();
    await say('hello', opId);
    await expectCode('id_conflict', () => as(ann)('updatePreferences', { hideReceipts: true }, opId));
    expect(await as(ann)('getPreferences', {})).toEqual({ hideReceipts: false });
  });

  it('leave no entry where nothing changes, and tell nobody', async () => {
    await as(ann)('updatePreferences', { hideReceipts: false });
    await as(ann)('updatePreferences', {});
    await as(ann)('setPresence', { state: 'online' });
    expect([await seqs(), await touches()]).toEqual([[], []]);
  });

  it('leave no hole when they fail, and what was to follow does not', async () => {
    await say('one');
    const done: string[] = [];
    const failing = run(
      {
        run: async (ctx) => {
          ctx.afterCommit(() => done.push('after'));
          await ctx.append([]);
          throw new Error('the handler failed');
        },
      },
      { touchOwn: () => void done.push('touch') },
    );
    await expect(failing).rejects.toThrow('the handler failed');
    await say('two');
    expect([await seqs(), done]).toEqual([[1, 2], []]);
  });

  it('have others told after the commit', async () => {
    const done: unknown[] = [];
    await run(
      {
        run: async (ctx) => {
          ctx.afterCommit(() => done.push('after'));
          await ctx.append([newUserId()]);
          return null;
        },
      },
      { touchOwn: (userIds) => void done.push(userIds) },
    );
    expect(done).toEqual([[ann.userId], 'after']);
  });

  it('are found to have happened when the connection was lost on the way back', async () => {
    const { database } = open();
    let losses = 1;
    const lossy: Database = {
      ...database,
      transaction: async (work) => {
        const result = await database.transaction(work);
        losses -= 1;
        if (losses >= 0) throw new Error('Connection terminated unexpectedly');
        return result;
      },
    };
    const touched: unknown[] = [];
    const answer = await run(
      {
        run: async (ctx) => {
          await ctx.append([]);
          return null;
        },
        repeat: async (_ctx, _input, { seq }) => ({ repeated: seq }) as never,
      },
      { database: lossy, touchOwn: (userIds) => void touched.push(userIds) },
    );
    expect([answer, await seqs(), touched]).toEqual([{ repeated: 1 }, [1], [[ann.userId]]]);
  });

  it('need somebody who exists', async () => {
    const nobody = { ...ann, userId: newUserId() };
    await expectCode('session_revoked', () => as(nobody)('updatePreferences', { hideReceipts: true }));
  });
});
