-- Gives the accepted operations of a flush their places: one update of the head a conversation, one of the head a thread, the entries of everything that
-- is no message, one row of the commit log. The caller holds the locks. One row comes back for every input.
--
-- * Inputs are numbered in their order within a conversation; stamps strictly increase with seq.
-- * p_thread is the root of a reply's thread. Only what stands in the conversation itself counts in its ord and lifts it in lists.
-- * p_targets are arrays as text, because an array of arrays has one length.
create function parley.{{name}}(
  p_conversation uuid[], p_kind smallint[], p_actor uuid[], p_op uuid[], p_thread uuid[], p_targets text[], p_now timestamptz
) returns table (o_index int, o_seq bigint, o_ord bigint, o_at text)
language plpgsql volatile
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $$
declare
  v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  return query
  with input as materialized (
    select t.*, t.kind = 0 and t.thread is null as is_main, t.kind = 0 and t.thread is not null as is_reply,
      row_number() over (partition by t.conversation order by t.i) as n,
      count(*) filter (where t.kind = 0 and t.thread is null) over (partition by t.conversation order by t.i) as main_n,
      count(*) filter (where t.kind = 0 and t.thread is not null) over (partition by t.conversation, t.thread order by t.i) as reply_n
    from unnest(p_conversation, p_kind, p_actor, p_op, p_thread, p_targets)
      with ordinality as t(conversation, kind, actor, op, thread, targets, i)
  ),
  counted as materialized (
    select t.conversation, count(*) as n, max(t.main_n) as main_n, max(t.n) filter (where t.is_main) as last_main_n
    from input t group by t.conversation
  ),
  moved as (
    update parley.conversation_heads h set
      last_seq = h.last_seq + c.n,
      last_ord = h.last_ord + c.main_n,
      last_message_seq = coalesce(h.last_seq + c.last_main_n, h.last_message_seq),
      last_at = greatest(v_now, h.last_at + interval '1 microsecond') + (c.n - 1) * interval '1 microsecond',
      last_activity_at = coalesce(
        greatest(v_now, h.last_at + interval '1 microsecond') + (c.last_main_n - 1) * interval '1 microsecond', h.last_activity_at),
      xid = pg_current_xact_id()
    from counted c where h.conversation_id = c.conversation
    returning h.conversation_id, h.last_seq, h.last_seq - c.n as seq0, h.last_ord - c.main_n as ord0,
      h.last_at - (c.n - 1) * interval '1 microsecond' as at0
  ),
  timed as materialized (
    select t.*, u.seq0 + t.n as seq, u.ord0 + t.main_n as main_ord, u.at0 + (t.n - 1) * interval '1 microsecond' as at
    from input t join moved u on u.conversation_id = t.conversation
  ),
  threads as (
    insert into parley.thread_heads as th (conversation_id, root_id, last_ord, last_seq, reply_count, last_reply_at, rev)
    select t.conversation, t.thread, count(*), max(t.seq), count(*), max(t.at), max(t.seq)
    from timed t where t.is_reply group by t.conversation, t.thread
    on conflict (conversation_id, root_id) do update set
      last_ord = th.last_ord + excluded.last_ord, last_seq = excluded.last_seq,
      reply_count = th.reply_count + excluded.reply_count, last_reply_at = excluded.last_reply_at, rev = excluded.rev
    returning th.conversation_id, th.root_id, th.last_ord
  ),
  logged as (
    insert into parley.changes (conversation_id, seq, kind, actor_id, op_id, targets, at)
    select t.conversation, t.seq, t.kind, t.actor, t.op, t.targets::uuid[], t.at from timed t where t.kind <> 0
  ),
  noted as (
    insert into parley.commit_log as l (touched)
    select jsonb_object_agg(u.conversation_id, u.last_seq) from moved u having count(*) > 0
    on conflict (xid) do update set touched = l.touched || excluded.touched
  ),
  replies as (
    select t.i, h.last_ord - (max(t.reply_n) over (partition by t.conversation, t.thread)) + t.reply_n as ord
    from timed t join threads h on h.conversation_id = t.conversation and h.root_id = t.thread where t.is_reply
  )
  select t.i::int, t.seq, case when t.is_main then t.main_ord when t.is_reply then r.ord else 0 end,
    to_char(t.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  from timed t left join replies r on r.i = t.i;
end $$;
