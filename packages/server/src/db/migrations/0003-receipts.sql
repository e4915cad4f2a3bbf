-- Who has read how far, who follows which thread, and when somebody was last here. Why it looks like this:
-- * A watermark is moved by reading, which happens more often than writing: no index covers a column of it, so that the update stays in the page (HOT).
-- * `read_ord` stands beside `read_seq` so that the unread count is a subtraction. `read_xid` is what resume finds one's own reading by.
-- * Who was a member before this migration has read everything: nobody recorded otherwise.

alter table parley.members
  add column read_seq bigint not null default 0,
  add column read_ord bigint not null default 0,
  add column delivered_seq bigint not null default 0,
  add column read_xid xid8 not null default '0',
  add column unread_from_seq bigint;
update parley.members m set read_seq = h.last_seq, read_ord = h.last_ord, delivered_seq = h.last_seq
from parley.conversation_heads h where h.conversation_id = m.conversation_id;

create table parley.thread_members (
  conversation_id uuid not null,
  root_id uuid not null,
  user_id uuid not null,
  following boolean not null default false,
  read_ord bigint not null default 0,
  read_seq bigint not null default 0,
  primary key (conversation_id, root_id, user_id)
) with (fillfactor = 70);

alter table parley.users add column last_seen_at timestamptz;
