-- What a message goes through after it was sent: edits with their versions, deletion, reactions, replies and threads; and what catching up by state
-- needs. Why it looks like this:
-- * `rev` is the seq that last touched a row. What changed after a cursor is found by it, so a message that was never touched (rev = seq) stands in
--   no index of it, and a send still touches two indexes.
-- * `messages.reactions` is a summary, `[{emoji, count}]` in the order of first use, so that a page of history needs no join; the rows behind it say who.
-- * A row is never deleted while its conversation lives: what is taken back is marked, so that a client that was away learns of it.

alter table parley.conversation_heads
  add column floor_seq bigint not null default 0,
  add column floor_ord bigint not null default 0,
  add column changes_floor_seq bigint not null default 0;

alter table parley.messages
  add column thread_id uuid,
  add column reply_to_id uuid,
  add column reactions jsonb,
  add column edited_at timestamptz,
  add column deleted_at timestamptz;
create index messages_touched on parley.messages (conversation_id, rev) where rev <> seq;
create index messages_thread on parley.messages (conversation_id, thread_id, ord) where thread_id is not null;
create index messages_deleted on parley.messages (conversation_id, thread_id, ord) where deleted_at is not null;

-- What a message said before: while it lives its history, afterwards what the right to restore can read until `purge_at`.
create table parley.message_versions (
  conversation_id uuid not null,
  message_id uuid not null,
  rev bigint not null,
  content text,
  metadata jsonb,
  at timestamptz not null,
  purge_at timestamptz,
  primary key (conversation_id, message_id, rev)
);
create index message_versions_purge on parley.message_versions (purge_at) where purge_at is not null;

create table parley.reactions (
  conversation_id uuid not null,
  message_id uuid not null,
  user_id uuid not null,
  emoji text not null,
  rev bigint not null,
  at timestamptz not null,
  is_removed boolean not null default false,
  primary key (conversation_id, message_id, user_id, emoji)
);

create table parley.thread_heads (
  conversation_id uuid not null,
  root_id uuid not null,
  last_ord bigint not null,
  last_seq bigint not null,
  reply_count bigint not null,
  last_reply_at timestamptz not null,
  rev bigint not null,
  primary key (conversation_id, root_id)
);
create index thread_heads_rev on parley.thread_heads (conversation_id, rev);

alter table parley.members add column rev bigint not null default 0;
update parley.members set rev = greatest(joined_seq, coalesce(left_seq, 0));

-- Whose sessions or memberships a commit changed: nodes that have sockets of these people look again.
alter table parley.commit_log
  alter column touched set default '{}',
  add column users uuid[] not null default '{}';

-- The new rights for conversations that exist: whoever may send may also edit and delete their own and react (16, 32, 128), whoever may remove members may
-- delete their messages (64).
update parley.conversation_heads set role_rights = array(
  select r | case when r & 1 = 1 then 176 else 0 end | case when r & 4 = 4 then 64 else 0 end
  from unnest(role_rights) with ordinality as t(r, i) order by i
);
