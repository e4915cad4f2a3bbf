import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPendingScene, type PendingNode, type PendingScene } from '../../testing/pending-scene.js';
import { seedConversation, seedUser } from '../../testing/seed.js';
import { TransactionTooLongError } from './transaction.js';

describe.each(['embedded', 'postgres'] as const)("a transaction of Parley's database (%s)", (engine) => {
  let scene: PendingScene;
  let node: PendingNode;
  beforeAll(async () => {
    scene = await openPendingScene(engine);
    node = await scene.openNode();
    await node.parley.transaction(({ query }) =>
      query('create table orders (id int primary key, paid boolean)'),
    );
  });
  afterAll(() => scene?.close());

  it("commits the app's rows and the message together", async () => {
    const author = await seedUser(scene.database);
    const conversationId = await seedConversation(scene.database, { memberIds: [author.userId] });
    const paid = await node.parley.transaction(async (tx) => {
      await tx.query('insert into orders values ($1, $2)', [1, true]);
      await tx.as(author.userId).sendMessage({ conversationId, id: randomUUID(), content: 'paid' });
      const { rows } = await tx.query<{ paid: boolean }>('select paid from orders where id = $1', [1]);
      return rows[0]?.paid;
    });
    expect(paid).toBe(true);
    await node.drainAll();
    expect(node.events).toHaveLength(1);
  });

  it('is rolled back after five seconds, and what its work still asks for is refused', async () => {
    let began = (): void => {};
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve;
    });
    let late: Promise<unknown> | undefined;
    let goOn = (): void => {};
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const tooLong = node.parley.transaction(async ({ query }) => {
      await query('insert into orders values (2, false)');
      began();
      late = held.then(() => query('insert into orders values (3, false)'));
      // Nobody else does: the transaction has its answer by then.
      late.catch(() => {});
      await late;
    });
    tooLong.catch(() => {});
    await hasBegun;
    node.clock.advance(5000);
    await expect(tooLong).rejects.toThrow(TransactionTooLongError);
    goOn();
    await expect(late).rejects.toThrow(TransactionTooLongError);
    const { rows } = await node.parley.transaction(({ query }) =>
      query('select id from orders where id > 1'),
    );
    expect(rows).toEqual([]);
    expect(node.clock.pending).toBe(0);
  });

  it('takes no more statements once it has ended', async () => {
    const query = await node.parley.transaction(async (tx) => tx.query);
    await expect(query('select 1')).rejects.toThrow('the transaction has ended');
  });

  it('gives the error of its work, and goes on afterwards', async () => {
    const broken = node.parley.transaction(({ query }) => query('select * from nothing'));
    await expect(broken).rejects.toThrow('nothing');
    const { rows } = await node.parley.transaction(({ query }) => query('select 1 as one'));
    expect(rows).toEqual([{ one: 1 }]);
  });
});
