-- Who has blocked whom. Why it looks as it does:
-- * One row a direction, because each takes back only their own; what follows holds either way and is asked of both.
-- * The second index answers who has blocked somebody: searching, looking and inviting ask it.
-- * That two people may not write to each other stands in their places in the direct conversation, where sending looks under its lock: `members.deny` has what is
--   taken and the bit 2^30, which says why. Nobody was blocked before, so there is nothing to carry over.

create table parley.blocks (
  tenant_id uuid not null,
  user_id uuid not null,
  blocked_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, user_id, blocked_id),
  foreign key (tenant_id, user_id) references parley.users on delete cascade,
  foreign key (tenant_id, blocked_id) references parley.users on delete cascade
);
create index blocks_blocked on parley.blocks (tenant_id, blocked_id);
