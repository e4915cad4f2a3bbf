import type { ConversationId } from '@parley/protocol';
import { type CompiledQuery, Kysely, PostgresDialect } from 'kysely';
import { beforeAll, expect, it } from 'vitest';
import type { Tables } from '../../db/tables.js';
import { describePostgres } from '../../testing/describe-each-engine.js';
import { newUserId, seedConversation } from '../../testing/seed.js';
import { listTouchedMessages } from './touched-messages.store.js';

const messages = 100_000;
const touched = 5000;

/** What `explain` says of a node of a plan. */
interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

describePostgres('messages touched after a seq, of a hundred thousand', (open) => {
  let conversationId: ConversationId;

  beforeAll(async () => {
    conversationId = await seedConversation(open().database, { memberIds: [newUserId()] });
    // Every twentieth was changed later, the oldest last.
    await open().query(
      `insert into parley.messages (conversation_id, id, seq, rev, ord, sender_id, content, at)
       select $1::uuid, gen_random_uuid(), n, case when n % 20 = 0 then $3::int + ($2::int - n) / 20 + 1 else n end, n, gen_random_uuid(), 'words', now()
       from generate_series(1, $2::int) n`,
      [conversationId, messages, messages],
    );
    await open().query('analyze parley.messages');
  });

  it.each([0, 50_000, messages - 10, messages, messages + touched - 5])(
    'after %d are found through two indexes, each read no further than the page',
    async (after) => {
      const limit = 100;
      const plan = await explain(await compile(conversationId, { after, limit }));
      const nodes = [...flatten(plan)];
      const indexes = nodes.flatMap((node) => node['Index Name'] ?? []);
      expect(new Set(indexes)).toEqual(new Set(['messages_conversation_id_seq_key', 'messages_touched']));
      expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
      for (const node of nodes)
        expect(node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)).toBeLessThanOrEqual(
          2 * limit + 12,
        );
    },
  );

  it('tells all of them page by page, in the order of rev', async () => {
    const db = open().database.kysely;
    let after = messages - 1000;
    const revs: number[] = [];
    for (
      let page = await listTouchedMessages(db, conversationId, { after, limit: 100, visibleFrom: 0 });
      page.length > 0;
    ) {
      revs.push(...page.map(({ rev }) => rev));
      after = revs.at(-1) ?? after;
      page = await listTouchedMessages(db, conversationId, { after, limit: 100, visibleFrom: 0 });
    }
    const untouched = Array.from({ length: 1000 }, (_, index) => messages - 999 + index).filter(
      (seq) => seq % 20 !== 0,
    );
    const changed = Array.from({ length: touched }, (_, index) => messages + 1 + index);
    expect(revs).toEqual([...untouched, ...changed]);
  });

  async function explain({ sql, parameters }: CompiledQuery): Promise<PlanNode> {
    const [row] = await open().query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (analyze, format json) ${sql}`,
      parameters,
    );
    if (row === undefined) throw new Error('there is no plan');
    return row['QUERY PLAN'][0].Plan;
  }
});

/** The statement, without carrying it out. */
async function compile(
  conversationId: ConversationId,
  range: { readonly after: number; readonly limit: number },
): Promise<CompiledQuery> {
  const statements: CompiledQuery[] = [];
  const client = { query: async () => ({ command: 'SELECT', rowCount: 0, rows: [] }), release: () => {} };
  const pool = { connect: async () => client, end: async () => {} };
  const db = new Kysely<Tables>({
    // Nothing is read through it: every statement has no rows.
    dialect: new PostgresDialect({ pool: pool as never }),
    log: ({ query }) => void statements.push(query),
  });
  await listTouchedMessages(db, conversationId, { ...range, visibleFrom: 0 });
  const [statement] = statements;
  if (statement === undefined) throw new Error('nothing was asked');
  return statement;
}

function* flatten(node: PlanNode): Iterable<PlanNode> {
  yield node;
  for (const child of node.Plans ?? []) yield* flatten(child);
}
