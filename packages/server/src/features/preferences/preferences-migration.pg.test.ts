import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { migrate } from '../../db/migrate.js';
import { migrations } from '../../db/migrations/index.js';
import { describeEachEngine } from '../../testing/describe-each-engine.js';
import { newMessageId, newUserId, seedUser } from '../../testing/seed.js';

describeEachEngine('a database from before people chose', (open) => {
  it('keeps who follows, tells who deleted, and has everybody seen as they were', async () => {
    const { database, query } = open();
    await sql`drop schema if exists parley cascade`.execute(database.kysely);
    const before = migrations.filter(({ name }) => name < '0008');
    await migrate(database, before);
    const { userId } = await seedUser(database);
    const [conversationId, writer, reader] = [newMessageId(), newUserId(), newUserId()];
    const [deleted, edited] = [newMessageId(), newMessageId()];
    await query(
      `insert into parley.messages (conversation_id, id, seq, rev, ord, sender_id, content, at, deleted_at) values
       ($1, $2, 2, 4, 1, $4, null, now(), now()), ($1, $3, 3, 5, 2, $4, 'words', now(), null)`,
      [conversationId, deleted, edited, writer],
    );
    await query(
      `insert into parley.changes (conversation_id, seq, kind, actor_id, target_id, at) values
       ($1, 4, 5, $4, $2, now()), ($1, 5, 4, $5, $3, now())`,
      [conversationId, deleted, edited, reader, writer],
    );
    await query(
      `insert into parley.message_versions (conversation_id, message_id, rev, content, at, purge_at) values
       ($1, $2, 2, 'gone', now(), now() + interval '9 days'), ($1, $3, 3, 'earlier', now(), null)`,
      [conversationId, deleted, edited],
    );
    await query(
      `insert into parley.thread_members (conversation_id, root_id, user_id, following) values
       ($1, $2, $3, true), ($1, $2, $4, false)`,
      [conversationId, edited, writer, reader],
    );

    expect((await migrate(database)).applied).toContain('0008-preferences');

    expect(await query('select message_id, deleted_by from parley.message_versions order by rev')).toEqual([
      { message_id: deleted, deleted_by: reader },
      { message_id: edited, deleted_by: null },
    ]);
    expect(await query('select user_id, following from parley.thread_members order by following')).toEqual([
      { user_id: writer, following: true },
      { user_id: reader, following: null },
    ]);
    expect(
      await query('select shown_as, hide_receipts, status_text from parley.users where id = $1', [userId]),
    ).toEqual([{ shown_as: 0, hide_receipts: false, status_text: null }]);
  });
});
