-- What goes with running a conversation: settings, bans, and where history begins for whom. Why it looks as it does:
-- * `hidden_below` stands in the head because sending, reading and catching up all pass there: 0 while everybody sees everything; otherwise each member sees what
--   came from their own `joined_seq` on, and this is the largest of those, so that whoever tells others of a message knows at once whether all may hear of it.
-- * A ban is a row of its own, not a status alone: who never was a member can be banned, and a ban that is over leaves nothing to undo. `members.status` tells
--   how somebody went: 2 left, 3 removed, 4 banned.

alter table parley.conversation_heads add column hidden_below bigint not null default 0;
alter table parley.conversations add column avatar_url text;

create table parley.bans (
  conversation_id uuid not null references parley.conversation_heads,
  user_id uuid not null,
  banned_by uuid not null,
  at timestamptz not null,
  until timestamptz,
  primary key (conversation_id, user_id)
);

-- The new rights for conversations that exist: whoever may remove members may ban and mute (512, 1024), whoever may change the conversation may change the place of
-- its members (256).
update parley.conversation_heads set role_rights = array(
  select r | case when r & 4 = 4 then 1536 else 0 end | case when r & 8 = 8 then 256 else 0 end
  from unnest(role_rights) with ordinality as t(r, i) order by i
);
