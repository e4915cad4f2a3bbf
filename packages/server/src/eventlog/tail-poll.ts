/**
 * Reads the end of the commit log again and again. What nodes tell each other may be lost; that it is found here is what correctness rests on.
 *
 * - A poll reads every row from the xmin of the poll before on: whatever commits after a snapshot has an xid of at least its xmin. Rows come again
 *   while an older transaction is open; what is known already costs a comparison.
 * - The xmin of a poll becomes the next lower bound once everything it found was handed on. A poll that fails keeps the bound.
 * - Rows are pruned below an xmin of the past. So nothing at or above our bound can have gone while the xmin still is that bound, or while an older
 *   row is there. Otherwise, above 5,000 rows, and without a bound, the heads of all conversations with sockets here are compared instead.
 * - One poll at a time; a wish for another one while it runs is carried out after it.
 */
import type { ConversationId, UserId } from '@parley/protocol';
import type { Database } from '../db/database.js';
import type { Clock } from '../lib/clock.js';

export interface TailPollOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Other nodes cannot be heard: poll every 200 ms instead of every second. */
  readonly isUrgent: () => boolean;
  /** Conversations with sockets here. */
  readonly conversationIds: () => Iterable<ConversationId>;
  /** People with sockets here. */
  readonly userIds: () => Iterable<UserId>;
  /** Told of a conversation's head; most are known already. */
  readonly onHead: (conversationId: ConversationId, head: number) => void;
  /** Told of people whose sessions or memberships changed; once a change. */
  readonly onTouched: (userIds: Iterable<UserId>) => void;
  readonly onPolled: (seconds: number, kind: 'tail' | 'all') => void;
  readonly onError: (error: unknown) => void;
}

export interface TailPoll {
  /** Polls at once. Never throws. */
  poll(): void;
  /** Polls no more; resolves when none is under way. */
  close(): Promise<void>;
}

const urgentMs = 200;
const calmMs = 1000;
const maxRows = 5000;
const headsAtOnce = 1000;

export function startTailPoll(options: TailPollOptions): TailPoll {
  const { clock } = options;
  const poller = new Poller(options);
  let running: Promise<void> | undefined;
  let isWanted = false;
  let isClosed = false;
  let lastAt = clock.now();
  const run = async (): Promise<void> => {
    do {
      isWanted = false;
      lastAt = clock.now();
      await poller.poll().catch(options.onError);
    } while (isWanted && !isClosed);
    running = undefined;
  };
  const poll = (): void => {
    isWanted = true;
    if (!isClosed) running ??= run();
  };
  const stop = clock.every(urgentMs, () => {
    if (running === undefined && (options.isUrgent() || clock.now() - lastAt >= calmMs)) poll();
  });
  poll();
  return {
    poll,
    close: async () => {
      isClosed = true;
      stop();
      await running;
    },
  };
}

interface Row {
  readonly now_xmin: string;
  readonly oldest: string | null;
  readonly xid: string | null;
  readonly touched: Readonly<Record<ConversationId, number>>;
  readonly users: readonly UserId[];
}

class Poller {
  readonly #options: TailPollOptions;
  /** The lower bound, once there is one. */
  #xmin: string | undefined;
  /** Rows whose people were told of, among those that may come again. */
  #told = new Set<string>();

  constructor(options: TailPollOptions) {
    this.#options = options;
  }

  async poll(): Promise<void> {
    const { clock, onPolled } = this.#options;
    const startedAt = clock.now();
    const rows = await this.#readTail();
    const [first] = rows;
    if (first === undefined) throw new Error('the commit log was read and nothing came back');
    const changes = rows.filter((row) => row.xid !== null);
    const isWhole = changes.length <= maxRows && !mayHaveLost(this.#xmin, first);
    if (isWhole) this.#handOn(changes);
    else await this.#compareAll();
    this.#xmin = first.now_xmin;
    onPolled((clock.now() - startedAt) / 1000, isWhole ? 'tail' : 'all');
  }

  #readTail(): Promise<Row[]> {
    return this.#options.database.query<Row>({
      name: 'parley_tail',
      text: `select pg_snapshot_xmin(pg_current_snapshot())::text as now_xmin,
          (select o.xid::text from parley.commit_log o order by o.xid limit 1) as oldest, l.xid, l.touched, l.users
        from (select 1) one left join lateral (
          select c.xid::text as xid, c.touched, c.users from parley.commit_log c
          where c.xid >= $1::text::xid8 order by c.xid limit ${maxRows + 1}
        ) l on true`,
      values: [this.#xmin ?? null],
    });
  }

  #handOn(rows: readonly Row[]): void {
    const told = new Set<string>();
    for (const { xid, touched, users } of rows) {
      // `Object.entries` forgets that the keys are ids.
      for (const [id, head] of Object.entries(touched)) this.#options.onHead(id as ConversationId, head);
      if (users.length === 0 || xid === null) continue;
      told.add(xid);
      if (!this.#told.has(xid)) this.#options.onTouched(users);
    }
    this.#told = told;
  }

  async #compareAll(): Promise<void> {
    const ids = [...this.#options.conversationIds()];
    for (let from = 0; from < ids.length; from += headsAtOnce) {
      const rows = await this.#options.database.query<{ id: ConversationId; head: number }>({
        name: 'parley_heads',
        text: `select conversation_id as id, last_seq as head from parley.conversation_heads
          where conversation_id = any($1::uuid[])`,
        values: [ids.slice(from, from + headsAtOnce)],
      });
      for (const { id, head } of rows) this.#options.onHead(id, head);
    }
    this.#options.onTouched(this.#options.userIds());
    this.#told.clear();
  }
}

/** Whether rows from the bound on may have been pruned before they were read. */
function mayHaveLost(xmin: string | undefined, { now_xmin, oldest }: Row): boolean {
  if (xmin === undefined) return true;
  // Pruning never takes the newest row: where there is none, there never was.
  if (xmin === now_xmin || oldest === null) return false;
  return BigInt(oldest) > BigInt(xmin);
}
