import { beforeEach, expect, it } from 'vitest';
import {
  describeEachEngine,
  describePostgres,
} from '../../packages/server/src/testing/describe-each-engine.js';
import { seedConversation, seedUser, sendOf } from '../../packages/server/src/testing/seed.js';
import { callSend } from './call-send.js';

describeEachEngine('the installed send function', (open) => {
  it('carries its plan settings, so that no caller can forget them', async () => {
    const rows = await open().query<{ proconfig: string[] }>(
      `select proconfig from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname || '.' || p.proname = $1`,
      [open().sendFunction],
    );
    expect(rows).toEqual([
      {
        proconfig: [
          'plan_cache_mode=force_generic_plan',
          'enable_hashjoin=off',
          'enable_mergejoin=off',
          'enable_seqscan=off',
        ],
      },
    ]);
  });
});

describePostgres('the plan of send', (open) => {
  let plans: string[];

  beforeEach(async () => {
    const { userId } = await seedUser(open().database);
    const conversationId = await seedConversation(open().database, { memberIds: [userId] });
    const client = await open().connect();
    plans = [];
    client.on('notice', (notice) => plans.push(notice.message ?? ''));
    await client.query("load 'auto_explain'");
    await client.query('set auto_explain.log_min_duration = 0');
    await client.query('set auto_explain.log_nested_statements = on');
    await client.query('set client_min_messages = log');
    await callSend((text, values) => client.query(text, values).then(({ rows }) => rows), {
      sendFunction: open().sendFunction,
      operations: [sendOf({ conversationId, senderId: userId, content: 'a batch of one' })],
    });
    plans = plans.filter((plan) => plan.includes('Query Text: with input as materialized'));
  });

  it('is generic already for the first batch of one: it holds parameters, not the values of the call', () => {
    expect(plans).toHaveLength(1);
    expect(planOnly(plans[0])).toMatch(/ANY \(\$\d+\)/);
  });

  it('reaches heads, members and messages through their keys, with no scan of a table and no hash', () => {
    const plan = planOnly(plans[0]);
    for (const key of ['conversation_heads_pkey', 'members_pkey', 'messages_pkey'])
      expect(plan).toMatch(new RegExp(`Index (Only )?Scan using ${key}`));
    expect(plan).not.toMatch(/Seq Scan|Hash Join|Merge Join/);
  });
});

/** auto_explain repeats the statement before its plan. */
function planOnly(text = ''): string {
  return text.slice(text.lastIndexOf('from answers a'));
}
