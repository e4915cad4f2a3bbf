import type { ConversationId, UserId } from '@parley/protocol';
import { expect, it } from 'vitest';
import type { SendOperation } from '../../packages/server/src/eventlog/send.js';
import { describePostgres, type TestEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import { auditLog, oneTo } from '../../packages/server/src/testing/log-audit.js';
import { seedConversation, seedUser, sendOf } from '../../packages/server/src/testing/seed.js';
import { callSend, type RawVerdict, status } from './call-send.js';

const writers = 8;
const conversations = 5;
const messages = 900;
const perArray = 20;
/** Change it to search another schedule; a failure names it by the test's title. */
const seed = 20_261;

describePostgres(`eight writers on five conversations, seed ${seed}`, (open) => {
  it('give seqs without hole or double, one effect an id, and answers that agree, through aborts and repeats', async () => {
    const engine = open();
    const { conversationIds, operations } = await makeOperations(engine);
    const accepted = new Map<string, RawVerdict[]>();
    const counts = await Promise.all(
      Array.from({ length: writers }, (_, index) => write(engine, { operations, accepted, index })),
    );

    for (const answers of accepted.values()) {
      expect(new Set(answers.map(({ seq, ord, at }) => `${seq} ${ord} ${at}`)).size).toBe(1);
      expect(answers.filter((answer) => answer.status === status.applied)).toHaveLength(1);
    }
    expect(accepted.size).toBe(messages);
    for (const conversationId of conversationIds) {
      const mine = operations.filter((operation) => operation.conversationId === conversationId);
      const audit = await auditLog(engine.database, conversationId);
      expect(audit).toMatchObject({
        seqs: oneTo(mine.length),
        ords: oneTo(mine.length),
        stampsIncrease: true,
      });
      expect([audit.head, audit.committedHead]).toEqual([mine.length, mine.length]);
      expect([...audit.ids].sort()).toEqual(mine.map((operation) => operation.id).sort());
      expect(audit.ids).toEqual(
        [...audit.ids].sort((one, two) => seqOf(accepted, one) - seqOf(accepted, two)),
      );
    }
    // A run in which nothing met proves nothing.
    const total = (key: keyof Counts) => counts.reduce((sum, count) => sum + count[key], 0);
    expect(Math.min(total('busy'), total('repeated'), total('aborted'))).toBeGreaterThan(0);
  });

  it('commit in the order of seq: whoever reads sees 1..n, never a later message before an earlier', async () => {
    const engine = open();
    const { conversationIds, operations } = await makeOperations(engine);
    const reader = await engine.connect();
    let isWriting = true;
    const lengths = new Map<string, number>();
    const reading = (async () => {
      let states = 0;
      while (isWriting) {
        const { rows } = await reader.query<{ id: string; last: number; count: number; head: number }>(
          `select h.conversation_id as id, h.last_seq::int as head, max(m.seq)::int as last, count(*)::int as count
           from parley.messages m join parley.conversation_heads h using (conversation_id)
           where h.conversation_id = any($1::uuid[]) group by 1, 2`,
          [conversationIds],
        );
        for (const { id, last, count, head } of rows) {
          if (count !== last || head !== last)
            throw new Error(`head ${head}, last ${last}, ${count} messages`);
          if (last < (lengths.get(id) ?? 0)) throw new Error('the log became shorter');
          if (last > (lengths.get(id) ?? 0)) states += 1;
          lengths.set(id, last);
        }
      }
      return states;
    })();
    const accepted = new Map<string, RawVerdict[]>();
    const writing = Array.from({ length: writers }, (_, index) =>
      write(engine, { operations, accepted, index }),
    );
    await Promise.all(writing).finally(() => {
      isWriting = false;
    });
    expect(await reading).toBeGreaterThan(conversations * 2);
  });
});

interface Counts {
  busy: number;
  repeated: number;
  aborted: number;
}

interface Work {
  readonly operations: readonly SendOperation[];
  readonly accepted: Map<string, RawVerdict[]>;
  readonly index: number;
}

/** One connection. Sends a third of all operations, in arrays in an order of its own, some twice, some in a transaction it aborts first. */
async function write(engine: TestEngine, { operations, accepted, index }: Work): Promise<Counts> {
  const random = createRandom(seed + index);
  const client = await engine.connect();
  const send = (array: readonly SendOperation[], wait: boolean) =>
    callSend((text, values) => client.query(text, values).then(({ rows }) => rows), {
      sendFunction: engine.sendFunction,
      operations: array,
      wait,
    });
  const counts: Counts = { busy: 0, repeated: 0, aborted: 0 };
  const mine = shuffle(
    operations.filter((_, position) => position % writers === index || random() < 0.3),
    random,
  );
  for (let from = 0; from < mine.length; from += perArray) {
    const part = mine.slice(from, from + perArray);
    let left = [...part, ...part.slice(0, 2)];
    if (random() < 0.2) {
      await client.query('begin');
      await send(left, false);
      await client.query('rollback');
      counts.aborted += 1;
    }
    for (let wait = false; left.length > 0; wait = true) {
      const verdicts = await send(left, wait);
      const busy: SendOperation[] = [];
      for (const [position, operation] of left.entries()) {
        const verdict = verdicts[position];
        if (verdict?.status === status.busy) busy.push(operation);
        else if (verdict === undefined || verdict.status > status.repeated)
          throw new Error(`refused: ${verdict?.status}`);
        else {
          accepted.set(operation.id, [...(accepted.get(operation.id) ?? []), verdict]);
          counts.repeated += verdict.status;
        }
      }
      counts.busy += busy.length;
      left = busy;
    }
  }
  return counts;
}

async function makeOperations(
  engine: TestEngine,
): Promise<{ conversationIds: ConversationId[]; operations: SendOperation[] }> {
  const senders: UserId[] = [];
  for (let count = 0; count < 3; count += 1) senders.push((await seedUser(engine.database)).userId);
  const conversationIds: ConversationId[] = [];
  for (let count = 0; count < conversations; count += 1)
    conversationIds.push(await seedConversation(engine.database, { memberIds: senders }));
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item[] =>
    items.slice(Math.floor(random() * items.length)).slice(0, 1);
  const operations = Array.from({ length: messages }, () =>
    pick(conversationIds).flatMap((conversationId) =>
      pick(senders).map((senderId) => sendOf({ conversationId, senderId })),
    ),
  ).flat();
  return { conversationIds, operations };
}

function seqOf(accepted: ReadonlyMap<string, RawVerdict[]>, id: string): number {
  return accepted.get(id)?.[0]?.seq ?? 0;
}

function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, key: random() }))
    .sort((one, two) => one.key - two.key)
    .map(({ item }) => item);
}

/** Mulberry32: the same numbers for the same seed. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
