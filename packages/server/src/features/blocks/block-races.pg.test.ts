/** What two nodes do at once about one pair of people: whoever has the pair's lock first is first. */
import { deniedByBlock, directConversationId } from '@parley/protocol';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { lockPair } from '../../access/blocks.store.js';
import type { Core } from '../../core.js';
import { callAs } from '../../testing/callers.js';
import { describePostgres } from '../../testing/describe-each-engine.js';
import { expectCode } from '../../testing/expect-code.js';
import { newMessageId, seedUsers } from '../../testing/seed.js';
import { openTwoNodes, type TwoNodes } from '../../testing/two-nodes.js';

describePostgres('blocking beside other nodes', (open) => {
  let nodes: TwoNodes;
  let ann: Actor;
  let bob: Actor;

  beforeEach(async () => {
    nodes = await openTwoNodes({ databaseUrl: open().databaseUrl, redis: 'without Redis' });
    const [one, two] = await seedUsers(open().database, 2);
    if (one === undefined || two === undefined) throw new Error('two were made');
    [ann, bob] = [one, two];
  });
  afterEach(() => nodes.close());

  const as = (core: Core, actor: Actor) => callAs({ core }, actor);
  const block = (core: Core) => as(core, ann)('blockUser', { userId: bob.userId });
  const blockBack = (core: Core) => as(core, bob)('blockUser', { userId: ann.userId });
  const unblock = (core: Core) => as(core, ann)('unblockUser', { userId: bob.userId });
  const makeDirect = (core: Core) =>
    as(core, bob)('createConversation', { type: 'direct', memberIds: [ann.userId] });
  const directId = () => directConversationId(ann.tenantId, ann.userId, bob.userId);
  const denied = () =>
    open().query('select deny from parley.members where conversation_id = $1', [directId()]);
  const untilWaiting = (count: number) =>
    vi.waitFor(
      async () =>
        expect(
          await open().query(`select 1 from pg_locks where locktype = 'advisory' and not granted
            and database = (select oid from pg_database where datname = current_database())`),
        ).toHaveLength(count),
      { timeout: 10_000, interval: 20 },
    );
  /** Has the first wait for the pair's lock, then the second; lets them go and resolves with what became of both. */
  const inOrder = async <A, B>(first: () => Promise<A>, second: () => Promise<B>) => {
    let begun: [Promise<A>, Promise<B>] | undefined;
    const holder = await open().openAnother();
    await holder.transaction(async (tx) => {
      await lockPair(tx, directId());
      const one = first();
      one.catch(() => {});
      await untilWaiting(1);
      const two = second();
      two.catch(() => {});
      await untilWaiting(2);
      begun = [one, two];
      await sql`select 1`.execute(tx);
    });
    if (begun === undefined) throw new Error('both began');
    return begun;
  };

  it('first, the direct conversation is not made', async () => {
    const [blocked, made] = await inOrder(
      () => block(nodes.here),
      () => makeDirect(nodes.there),
    );
    await blocked;
    await expectCode('dm_not_allowed', () => made);
    expect(await denied()).toEqual([]);
  });

  it('second, the conversation that was made meanwhile takes nothing', async () => {
    const [made, blocked] = await inOrder(
      () => makeDirect(nodes.there),
      () => block(nodes.here),
    );
    expect(await made).toMatchObject({ id: directId() });
    await blocked;
    expect(await denied()).toEqual([{ deny: deniedByBlock }, { deny: deniedByBlock }]);
    await expectCode('dm_not_allowed', () =>
      as(nodes.there, bob)('sendMessage', {
        conversationId: directId(),
        id: newMessageId(),
        content: 'hello',
      }),
    );
  });

  it('while the other takes theirs back, one block is left in both orders', async () => {
    await makeDirect(nodes.here);
    for (const [first, second] of [
      [unblock, blockBack],
      [blockBack, unblock],
    ] as const) {
      await block(nodes.here);
      const both = await inOrder(
        () => first(nodes.here),
        () => second(nodes.there),
      );
      await Promise.all(both);
      expect(await denied()).toEqual([{ deny: deniedByBlock }, { deny: deniedByBlock }]);
      await as(nodes.here, bob)('unblockUser', { userId: ann.userId });
      expect(await denied()).toEqual([{ deny: 0 }, { deny: 0 }]);
    }
  });
});
