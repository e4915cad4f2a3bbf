-- What people change about themselves, as a log of their own: their other devices hear of it and learn of it after an absence. Why it looks like this:
-- * It is a log like a conversation's: a head that is locked while it moves, entries without a hole, and the id of the command for repeats.
-- * Entries have no content: what they touched is read in its present state, so nothing is stored twice.
-- * Ids of people are unique across tenants, so a person's id alone is the key; the tenant stands in the head for what is done a tenant at a time.
-- * Most people change nothing about themselves: who has no row is at 0.
-- * A head is updated for every entry and no index covers a column of it that changes: HOT updates.

create table parley.user_heads (
  user_id uuid primary key,
  tenant_id uuid not null,
  last_seq bigint not null default 0,
  last_at timestamptz,
  xid xid8 not null default pg_current_xact_id(),
  foreign key (tenant_id, user_id) references parley.users on delete cascade
) with (fillfactor = 40);

create table parley.user_log (
  user_id uuid not null references parley.user_heads on delete cascade,
  seq bigint not null,
  kind smallint not null,
  op_id uuid,
  targets uuid[] not null,
  at timestamptz not null,
  primary key (user_id, seq)
);
create unique index user_log_op on parley.user_log (user_id, op_id) where op_id is not null;
