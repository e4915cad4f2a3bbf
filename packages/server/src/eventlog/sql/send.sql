-- Sends a batch of messages in one statement: lock, repeats and rights, numbers, rows, commit log. One row comes back for every input.
--
-- Rules that must stay true:
-- * The lock is a statement of its own. The judging statement then has a snapshot younger than the lock, so it sees every repeat: lock and
--   dedupe in one statement left permanent holes (tests/sql shows it).
-- * Repeats are judged before rights: who sent a message gets its answer again, whatever has happened to them since.
-- * A refused input takes no seq. Numbers are given by one update a conversation, after judging.
-- * Conversations are locked in the order of their ids and skipped when somebody else holds them (status 2): a flush neither deadlocks nor
--   waits for a stranger. With p_wait the caller waits for them, up to lock_timeout.
-- * Stamps strictly increase with seq, also when the clock steps back.
--
-- Status: 0 applied, 1 repeated, 2 busy, 3 id_conflict, 4 not_found, 5 conversation_archived, 6 forbidden, 7 muted, 8 dm_not_allowed: forbidden because of the mark
-- of a block (2^30) among what is denied. Of who is muted o_seq says for how many milliseconds.
-- p_now is null in production (the clock of the database); tests that drive time pass it.
--
-- Plans: for small batches PostgreSQL plans this anew at every call (1,216 us for a batch of one); a generic plan without hash joins, merge joins
-- and sequential scans takes 434 us and costs nothing at a batch of 200.
create function parley.{{name}}(
  p_tenant uuid[], p_conversation uuid[], p_sender uuid[], p_id uuid[], p_content text[], p_metadata text[],
  p_wait boolean, p_now timestamptz
) returns table (o_index int, o_status smallint, o_seq bigint, o_ord bigint, o_at text)
language plpgsql volatile
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_seqscan = off
as $$
declare
  v_locked uuid[];
  v_now timestamptz := coalesce(p_now, clock_timestamp());
begin
  if p_wait then
    select array_agg(l.conversation_id) into v_locked from (
      select h.conversation_id from parley.conversation_heads h
      where h.conversation_id = any(p_conversation) order by h.conversation_id for no key update
    ) l;
  else
    select array_agg(l.conversation_id) into v_locked from (
      select h.conversation_id from parley.conversation_heads h
      where h.conversation_id = any(p_conversation) order by h.conversation_id for no key update skip locked
    ) l;
  end if;

  return query
  with input as materialized (
    select t.* from unnest(p_tenant, p_conversation, p_sender, p_id, p_content, p_metadata)
      with ordinality as t(tenant, conversation, sender, id, content, metadata, i)
  ),
  judged as materialized (
    select t.i, t.conversation, t.sender, t.id, t.content, t.metadata, p.seq as p_seq, p.ord as p_ord, p.at as p_at,
      (case
        when h.conversation_id is null then
          case when exists (
            select 1 from parley.conversation_heads x where x.conversation_id = t.conversation and x.tenant_id = t.tenant
          ) then 2 else 4 end
        when h.tenant_id <> t.tenant then 4
        when p.id is not null and p.sender_id = t.sender then 1
        when m.user_id is null or m.status <> 1 or h.state = 2 then 4
        when p.id is not null then 3
        when h.state = 1 then 5
        when ((h.role_rights[m.role + 1] | m.allow) & ~m.deny) & 1 = 0 then case when m.deny & 1073741824 <> 0 then 8 else 6 end
        when m.muted_until > v_now then 7
        else 0
      end)::smallint as verdict,
      case when m.muted_until > v_now then least(ceil(extract(epoch from m.muted_until - v_now) * 1000), 2147483647)::bigint end as muted_ms
    from input t
    left join parley.conversation_heads h on h.conversation_id = t.conversation and h.conversation_id = any(v_locked)
    left join parley.messages p on p.conversation_id = t.conversation and p.id = t.id
    left join parley.members m on m.conversation_id = t.conversation and m.user_id = t.sender
  ),
  -- Copies of one id within the batch: the first is applied, the others answer as repeats of it.
  ranked as materialized (
    select j.*,
      row_number() over (partition by j.conversation, j.id order by j.i) as copy,
      first_value(j.sender) over (partition by j.conversation, j.id order by j.i) as first_sender
    from judged j where j.verdict = 0
  ),
  fresh as materialized (
    select r.*, row_number() over (partition by r.conversation order by r.i) as n from ranked r where r.copy = 1
  ),
  counted as materialized (select f.conversation, count(*) as n from fresh f group by f.conversation),
  moved as (
    update parley.conversation_heads h set
      last_seq = h.last_seq + c.n,
      last_ord = h.last_ord + c.n,
      last_message_seq = h.last_seq + c.n,
      last_at = greatest(v_now, h.last_at + interval '1 microsecond') + (c.n - 1) * interval '1 microsecond',
      last_activity_at = greatest(v_now, h.last_at + interval '1 microsecond') + (c.n - 1) * interval '1 microsecond',
      xid = pg_current_xact_id()
    from counted c where h.conversation_id = c.conversation
    returning h.conversation_id, h.last_seq, h.last_seq - c.n as seq0, h.last_ord - c.n as ord0,
      h.last_at - (c.n - 1) * interval '1 microsecond' as at0
  ),
  placed as materialized (
    select f.*, u.seq0 + f.n as seq, u.ord0 + f.n as ord, u.at0 + (f.n - 1) * interval '1 microsecond' as at
    from fresh f join moved u on u.conversation_id = f.conversation
  ),
  written as (
    insert into parley.messages (conversation_id, id, seq, rev, ord, sender_id, content, metadata, at)
    select p.conversation, p.id, p.seq, p.seq, p.ord, p.sender, p.content, p.metadata::jsonb, p.at from placed p
  ),
  logged as (
    insert into parley.commit_log as l (touched)
    select jsonb_object_agg(u.conversation_id, u.last_seq) from moved u having count(*) > 0
    on conflict (xid) do update set touched = l.touched || excluded.touched
  ),
  answers as (
    select p.i, 0::smallint as status, p.seq, p.ord, p.at from placed p
    union all
    select j.i, j.verdict, case j.verdict when 1 then j.p_seq when 7 then j.muted_ms end, case when j.verdict = 1 then j.p_ord end,
      case when j.verdict = 1 then j.p_at end
    from judged j where j.verdict <> 0
    union all
    select r.i, case when r.sender = r.first_sender then 1::smallint else 3::smallint end,
      case when r.sender = r.first_sender then p.seq end, case when r.sender = r.first_sender then p.ord end,
      case when r.sender = r.first_sender then p.at end
    from ranked r join placed p on p.conversation = r.conversation and p.id = r.id where r.copy > 1
  )
  select a.i::int, a.status, a.seq, a.ord,
    to_char(a.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  from answers a;
end $$;
