-- What people choose for themselves: how they are seen, whether others learn of their reading, which threads they follow; and who deleted a message, for
-- bringing it back. Why it looks like this:
-- * It stands in the row of the person because it is read with it; nothing of it is part of the profile others keep, so `rev` stays.
-- * Few hide their reading: the partial index has only them, so that a node finds those of a conversation without looking at anybody else.
-- * `following` is null for who never said: then whoever wrote the root follows. It was false for them until now.
-- * Threads are listed by their latest reply, and a reply moves an indexed column of `thread_heads` already.
-- * Who deleted is known only while it may be undone, so it stands with the words and goes with them.

alter table parley.users
  add column hide_receipts boolean not null default false,
  add column shown_as smallint not null default 0,
  add column status_emoji text,
  add column status_text text,
  add column status_until timestamptz;
create index users_hiding_receipts on parley.users (tenant_id, id) where hide_receipts;

alter table parley.thread_members
  alter column following drop not null,
  alter column following drop default;
update parley.thread_members set following = null where not following;
create index thread_heads_last on parley.thread_heads (conversation_id, last_seq);

alter table parley.message_versions add column deleted_by uuid;
-- What changed a deleted message last is its deletion.
update parley.message_versions v set deleted_by = c.actor_id
from parley.messages m
join parley.changes c on c.conversation_id = m.conversation_id and c.seq = m.rev
where m.conversation_id = v.conversation_id and m.id = v.message_id and m.deleted_at is not null and v.purge_at is not null;
