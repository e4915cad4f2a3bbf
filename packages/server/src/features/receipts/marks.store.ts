/**
 * Writes watermarks, many people's in one statement.
 *
 * - The rows are locked in the order of their key, so batches of two nodes do not deadlock, and what is written is computed from the locked rows:
 *   a mark that another node wrote meanwhile is seen, and nothing ever goes back.
 * - A seq above the head means the head: the ord beside it is that of the last message that stands there.
 * - `read_xid` moves with what the reader themselves must learn on their other devices; mere delivery is no state of theirs.
 * - In a direct conversation of which one has blocked the other marks are written as ever, and the other is not told.
 * - Somebody who is not an active member of a conversation of their tenant gets no row, hence no answer.
 */
import { blockedMark, type UserId } from '@parley/protocol';
import { visibleFrom } from '../../access/membership.store.js';
import type { Database } from '../../db/database.js';
import { unreadCount } from '../../eventlog/unread-count.js';
import type { Mark, Marked, UnreadFrom } from './mark.js';

interface MarkedRow {
  readonly i: number;
  readonly read_seq: number;
  readonly delivered_seq: number;
  readonly unread_count: number;
  readonly unread_from_seq: number | null;
  readonly has_own_moved: boolean;
  readonly has_receipt_moved: boolean;
  readonly member_count: number;
  readonly last_message_seq: number;
  readonly last_sender_id: UserId | null;
  /** Null where nobody does. */
  readonly hider_ids: UserId[] | null;
}

/**
 * One pass over the input: rejoining it to the locked rows made PostgreSQL, which takes an array for ten rows, compare every row with every other
 * (500 rows: 74 to 150 ms; so: 17). Before a table is analyzed `is null` passes for rare, which made it read a conversation up to `seq` for one ord instead of
 * going backwards from there; a CASE passes for one in two. Those who hide are looked for among the members, and not at all where nobody in the database does.
 */
const conversationStatement = `
  with input as materialized (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[], $6::boolean[], $7::bigint[])
      with ordinality as t(tenant_id, conversation_id, user_id, read_seq, delivered_seq, sets_unread, unread_from, i)
  ), locked as materialized (
    select i.i, i.read_seq as to_read, i.delivered_seq as to_delivered, i.sets_unread, i.unread_from,
      m.conversation_id, m.user_id, m.deny, m.read_seq, m.read_ord, m.delivered_seq, m.unread_from_seq,
      h.last_seq, h.last_ord, h.floor_ord, h.last_message_seq
    from input i
    join parley.conversation_heads h
      on h.conversation_id = i.conversation_id and (i.tenant_id is null or h.tenant_id = i.tenant_id) and h.state <> 2
    join parley.members m on m.conversation_id = i.conversation_id and m.user_id = i.user_id and m.status = 1
    order by m.conversation_id, m.user_id for no key update of m
  ), computed as materialized (
    select l.i, l.conversation_id, l.user_id, l.deny & ${blockedMark} <> 0 as is_blocked, l.last_ord, l.floor_ord, coalesce(l.last_message_seq, 0) as last_message_seq,
      l.read_seq as old_read_seq, l.delivered_seq as old_delivered_seq, l.unread_from_seq as old_unread_from_seq,
      greatest(l.read_seq, least(l.to_read, l.last_seq)) as read_seq,
      greatest(l.read_ord, case
        when l.to_read <= l.read_seq then 0
        when l.to_read >= l.last_message_seq then l.last_ord
        else coalesce((
          select x.ord from parley.messages x
          where x.conversation_id = l.conversation_id and x.seq <= l.to_read
            and case when x.thread_id is null then true else false end
          order by x.seq desc limit 1), 0)
      end) as read_ord,
      greatest(l.delivered_seq, least(greatest(l.to_delivered, l.to_read), l.last_seq)) as delivered_seq,
      case
        when not l.sets_unread then l.unread_from_seq
        when l.unread_from is null then null
        when l.unread_from < 0 then coalesce(l.last_message_seq, l.last_seq)
        else least(l.unread_from, l.last_seq)
      end as unread_from_seq
    from locked l
  ), judged as materialized (
    select c.*,
      c.read_seq > c.old_read_seq or c.unread_from_seq is distinct from c.old_unread_from_seq as has_own_moved,
      c.read_seq > c.old_read_seq or c.delivered_seq > c.old_delivered_seq as has_receipt_moved
    from computed c
  ), moved as (
    update parley.members m set
      read_seq = j.read_seq, read_ord = j.read_ord, delivered_seq = j.delivered_seq, unread_from_seq = j.unread_from_seq,
      read_xid = case when j.has_own_moved then pg_current_xact_id() else m.read_xid end
    from judged j
    where m.conversation_id = j.conversation_id and m.user_id = j.user_id and (j.has_own_moved or j.has_receipt_moved)
  ), hiders as materialized (
    select d.conversation_id, array_agg(u.id) as ids
    from (
      select distinct j.conversation_id, h.tenant_id from judged j
      join parley.conversation_heads h on h.conversation_id = j.conversation_id
      join parley.conversations c on c.id = j.conversation_id and c.member_count <= 100
      where j.has_receipt_moved
    ) d
    cross join lateral (
      select m.user_id from parley.members m where m.conversation_id = d.conversation_id and m.status = 1 offset 0
    ) m
    join parley.users u on u.tenant_id = d.tenant_id and u.id = m.user_id and u.hide_receipts
    where exists (select 1 from parley.users where hide_receipts)
    group by d.conversation_id
  )
  select j.i::int, j.read_seq, j.delivered_seq, j.unread_from_seq, j.has_own_moved,
    j.has_receipt_moved and not j.is_blocked as has_receipt_moved, j.last_message_seq,
    ${unreadCount({ conversationId: 'j.conversation_id', lastOrd: 'j.last_ord', readOrd: 'greatest(j.read_ord, j.floor_ord)' })} as unread_count,
    coalesce(c.member_count, 0) as member_count, s.user_id as last_sender_id, d.ids as hider_ids
  from judged j
  left join parley.conversations c on c.id = j.conversation_id
  left join parley.messages x on x.conversation_id = j.conversation_id and x.seq = j.last_message_seq
  left join parley.members s on s.conversation_id = j.conversation_id and s.user_id = x.sender_id and s.status = 1
  left join hiders d on d.conversation_id = j.conversation_id`;

/** Marks of conversations, each row at most once. What comes back leaves those out who are no members. */
export async function writeMarks(database: Database, marks: readonly Mark[]): Promise<Marked[]> {
  const values = [
    marks.map((mark) => mark.tenantId),
    marks.map((mark) => mark.conversationId),
    marks.map((mark) => mark.userId),
    marks.map((mark) => mark.readSeq),
    marks.map((mark) => mark.deliveredSeq),
    marks.map((mark) => mark.unreadFrom !== 'keep'),
    marks.map(({ unreadFrom }) => toColumn(unreadFrom)),
  ];
  const rows = await database.query<MarkedRow>({ name: 'parley_marks', text: conversationStatement, values });
  return rows.flatMap((row) => toMarked(marks[row.i - 1], row));
}

/** What the statement takes: below zero for the latest message, which only it knows. */
function toColumn(unreadFrom: UnreadFrom): number | null {
  if (unreadFrom === 'latest') return -1;
  return typeof unreadFrom === 'number' ? unreadFrom : null;
}

/**
 * What follows from sending: place and ord are known, nobody waits for an answer and nobody is told, so that a row costs two index lookups and a HOT
 * update (500 rows: 6 ms). In the order of the key, as the others.
 */
const sentStatement = `
  update parley.members m set
    read_seq = greatest(m.read_seq, i.read_seq), read_ord = greatest(m.read_ord, i.read_ord),
    delivered_seq = greatest(m.delivered_seq, i.delivered_seq),
    unread_from_seq = case when i.clears_unread then null else m.unread_from_seq end,
    read_xid = case when i.read_seq > m.read_seq or i.clears_unread and m.unread_from_seq is not null
      then pg_current_xact_id() else m.read_xid end
  from (
    select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::boolean[])
      as t(conversation_id, user_id, read_seq, read_ord, delivered_seq, clears_unread)
    order by conversation_id, user_id
  ) i
  where m.conversation_id = i.conversation_id and m.user_id = i.user_id and m.status = 1
    and (m.read_seq < i.read_seq or m.delivered_seq < i.delivered_seq or i.clears_unread and m.unread_from_seq is not null)`;

/** Marks that follow from sending, each row at most once. */
export async function writeSentMarks(database: Database, marks: readonly Mark[]): Promise<void> {
  const values = [
    marks.map((mark) => mark.conversationId),
    marks.map((mark) => mark.userId),
    marks.map((mark) => mark.readSeq),
    marks.map((mark) => mark.sentOrd),
    marks.map((mark) => mark.deliveredSeq),
    marks.map((mark) => mark.unreadFrom !== 'keep'),
  ];
  await database.query({ name: 'parley_sent_marks', text: sentStatement, values });
}

const threadStatement = `
  with input as materialized (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[])
      with ordinality as t(tenant_id, conversation_id, root_id, user_id, read_seq, i)
  ), target as materialized (
    select i.i, i.conversation_id, i.root_id, i.user_id, r.sender_id, least(i.read_seq, h.last_seq) as read_seq,
      coalesce(t.last_ord, 0) as last_ord, coalesce(o.ord, 0) as read_ord,
      greatest(m.delivered_seq, least(i.read_seq, h.last_seq)) as delivered_seq
    from input i
    join parley.conversation_heads h
      on h.conversation_id = i.conversation_id and (i.tenant_id is null or h.tenant_id = i.tenant_id) and h.state <> 2
    join parley.members m on m.conversation_id = i.conversation_id and m.user_id = i.user_id and m.status = 1
    join parley.messages r on r.conversation_id = i.conversation_id and r.id = i.root_id and r.thread_id is null
      and r.seq >= ${visibleFrom('m')}
    left join parley.thread_heads t on t.conversation_id = i.conversation_id and t.root_id = i.root_id
    left join lateral (
      select x.ord from parley.messages x
      where x.conversation_id = i.conversation_id and x.thread_id = i.root_id and x.seq <= i.read_seq
      order by x.ord desc limit 1
    ) o on true
  ), moved as (
    insert into parley.thread_members as t (conversation_id, root_id, user_id, read_ord, read_seq)
    select g.conversation_id, g.root_id, g.user_id, g.read_ord, g.read_seq from target g
    order by g.conversation_id, g.root_id, g.user_id
    on conflict (conversation_id, root_id, user_id) do update set
      read_ord = greatest(t.read_ord, excluded.read_ord), read_seq = greatest(t.read_seq, excluded.read_seq)
    returning conversation_id, root_id, user_id, following, read_ord, read_seq
  ), touched as (
    update parley.members m set
      read_xid = pg_current_xact_id(), delivered_seq = greatest(m.delivered_seq, g.delivered_seq)
    from (select conversation_id, user_id, max(delivered_seq) as delivered_seq from target group by 1, 2) g
    where m.conversation_id = g.conversation_id and m.user_id = g.user_id
  )
  select g.i::int, v.read_seq, greatest(g.delivered_seq, v.read_seq) as delivered_seq, null::bigint as unread_from_seq,
    true as has_own_moved, false as has_receipt_moved, 0 as member_count, 0 as last_message_seq, null::uuid as last_sender_id, null::uuid[] as hider_ids,
    case when coalesce(v.following, g.sender_id = g.user_id) then
      ${unreadCount({ conversationId: 'g.conversation_id', threadId: 'g.root_id', lastOrd: 'g.last_ord', readOrd: 'v.read_ord' })}
    else 0 end as unread_count
  from target g join moved v
    on v.conversation_id = g.conversation_id and v.root_id = g.root_id and v.user_id = g.user_id`;

/** Marks of threads, each row at most once. A thread that is none in this conversation gets no answer. Whoever wrote the root follows it while they did not say otherwise. */
export async function writeThreadMarks(database: Database, marks: readonly Mark[]): Promise<Marked[]> {
  const values = [
    marks.map((mark) => mark.tenantId),
    marks.map((mark) => mark.conversationId),
    marks.map((mark) => mark.threadId),
    marks.map((mark) => mark.userId),
    marks.map((mark) => mark.readSeq),
  ];
  const rows = await database.query<MarkedRow>({
    name: 'parley_thread_marks',
    text: threadStatement,
    values,
  });
  return rows.flatMap((row) => toMarked(marks[row.i - 1], row));
}

function toMarked(mark: Mark | undefined, row: MarkedRow): Marked[] {
  if (mark === undefined) return [];
  return [
    {
      mark,
      readSeq: row.read_seq,
      deliveredSeq: row.delivered_seq,
      unreadCount: row.unread_count,
      unreadFromSeq: row.unread_from_seq,
      hasOwnMoved: row.has_own_moved,
      hasReceiptMoved: row.has_receipt_moved,
      conversation: {
        memberCount: row.member_count,
        lastMessageSeq: row.last_message_seq,
        lastSenderId: row.last_sender_id,
        hiderIds: row.hider_ids ?? [],
      },
    },
  ];
}
