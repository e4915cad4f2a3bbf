import { expect, it } from 'vitest';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { seedConversation, seedUsers } from '../../testing/seed.js';
import { readCluster } from '../cluster.js';
import { beginHistory } from './begin-history.js';

describeEachEngine('a restored database', (open) => {
  it('has a new epoch and no transaction id from elsewhere', async () => {
    const { database, query } = open();
    const memberIds = (await seedUsers(database, 2)).map(({ userId }) => userId);
    await seedConversation(database, { memberIds });
    // As a cluster that has counted much further leaves them.
    await query("update parley.conversation_heads set xid = '999999999999'");
    await query("update parley.members set read_xid = '999999999999'");
    await query("insert into parley.commit_log (xid) values ('999999999999')");
    const before = await readCluster(database);
    const epoch = await beginHistory(database);
    expect(epoch).not.toBe(before.epoch);
    expect((await readCluster(database)).epoch).toBe(epoch);
    const ahead = await query(`
      select 1 from parley.conversation_heads where not pg_visible_in_snapshot(xid, pg_current_snapshot())
      union all select 1 from parley.members where not pg_visible_in_snapshot(read_xid, pg_current_snapshot())
      union all select 1 from parley.commit_log`);
    expect(ahead).toEqual([]);
  });
});
