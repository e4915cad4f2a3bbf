-- Opens a flush of mixed commands: lock, repeats and rights. One row comes back for every input. `send` does the same for plain messages; the rules and
-- the numbers of the status are its own.
--
-- * Locks first, in a statement of their own, so that everything judged afterwards is younger than the lock.
-- * A message is named by its id, every other command by (conversation, actor, op). A name that stands for something else is taken.
-- * p_kind is the kind of the entry the command would add; 0 is a message. p_right is the bit it needs, 0 for what every member may, in an archived
--   conversation too. p_speech are the bits that somebody who is muted has not.
--
-- * o_rights are the actor's, and the mark of a block where they have one.
-- * o_visible_from is where history begins for the actor, o_hidden_below above which seq it has begun for every member; 0 and 0 while all see all.
--
-- Status: 0 may be, 1 repeated, 2 busy, 3 id_conflict, 4 not_found, 5 conversation_archived, 6 forbidden, 7 muted, 8 dm_not_allowed: speech that is forbidden
-- because of the mark of a block (2^30) among what is denied. Of who is muted o_seq says for how many milliseconds.
create function parley.{{name}}(
  p_tenant uuid[], p_conversation uuid[], p_actor uuid[], p_op uuid[], p_kind smallint[], p_right int[],
  p_speech int, p_wait boolean, p_now timestamptz
) returns table (o_index int, o_status smallint, o_seq bigint, o_at text, o_role smallint, o_rights int,
  o_visible_from bigint, o_hidden_below bigint)
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
  with judged as materialized (
    select t.i, t.kind, coalesce(p.seq, c.seq) as seq, coalesce(p.at, c.at) as at, m.role,
      ((h.role_rights[m.role + 1] | m.allow) & ~m.deny) | (m.deny & 1073741824) as rights,
      case when h.hidden_below > 0 then m.joined_seq else 0 end as visible_from, h.hidden_below,
      (case
        when h.conversation_id is null then
          case when exists (
            select 1 from parley.conversation_heads x where x.conversation_id = t.conversation and x.tenant_id = t.tenant
          ) then 2 else 4 end
        when h.tenant_id <> t.tenant then 4
        when p.sender_id = t.actor or c.kind = t.kind then 1
        when m.user_id is null or m.status <> 1 or h.state = 2 then 4
        when p.id is not null or c.seq is not null then 3
        when t.needed = 0 then 0
        when h.state = 1 then 5
        when ((h.role_rights[m.role + 1] | m.allow) & ~m.deny) & t.needed = 0 then
          case when m.deny & 1073741824 <> 0 and t.needed & p_speech <> 0 then 8 else 6 end
        when m.muted_until > v_now and t.needed & p_speech <> 0 then 7
        else 0
      end)::smallint as verdict,
      case when m.muted_until > v_now then least(ceil(extract(epoch from m.muted_until - v_now) * 1000), 2147483647)::bigint end as muted_ms
    from unnest(p_tenant, p_conversation, p_actor, p_op, p_kind, p_right)
      with ordinality as t(tenant, conversation, actor, op, kind, needed, i)
    left join parley.conversation_heads h on h.conversation_id = t.conversation and h.conversation_id = any(v_locked)
    left join parley.messages p on t.kind = 0 and p.conversation_id = t.conversation and p.id = t.op
    left join parley.changes c on t.kind <> 0 and c.conversation_id = t.conversation and c.actor_id = t.actor and c.op_id = t.op
    left join parley.members m on m.conversation_id = t.conversation and m.user_id = t.actor
  )
  select j.i::int, j.verdict, case j.verdict when 1 then j.seq when 7 then j.muted_ms end,
    case when j.verdict = 1 then to_char(j.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') end, j.role, j.rights,
    j.visible_from, j.hidden_below
  from judged j;
end $$;
