import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeEachEngine } from '../testing/describe-each-engine.js';
import type { Executor } from './database.js';

describeEachEngine('a snapshot', (open, engine) => {
  const count = async (db: Executor) =>
    (await sql<{ n: number }>`select count(*)::int as n from parley.users`.execute(db)).rows[0]?.n;
  const addUser = (db: Executor) =>
    sql`insert into parley.users (tenant_id, id, username, display_name)
      select gen_random_uuid(), gen_random_uuid(), 'somebody', 'Somebody'`.execute(db);

  if (engine === 'postgres')
    it('sees one moment, whatever is committed meanwhile', async () => {
      const { kysely, snapshot } = open().database;
      const seen = await snapshot(async (tx) => {
        const first = await count(tx);
        await addUser(kysely);
        return [first, await count(tx)];
      });
      expect(seen[1]).toBe(seen[0]);
      expect(await count(kysely)).toBe((seen[0] ?? 0) + 1);
    });

  it('writes nothing', async () => {
    await expect(open().database.snapshot(addUser)).rejects.toThrow('read-only transaction');
  });

  it('leaves transactions after it as they are', async () => {
    const { database } = open();
    await database.snapshot(count);
    const level = sql<{ level: string }>`select current_setting('transaction_isolation') as level`;
    await database.transaction(async (tx) => {
      expect((await level.execute(tx)).rows[0]?.level).toBe('read committed');
      await addUser(tx);
    });
  });
});
