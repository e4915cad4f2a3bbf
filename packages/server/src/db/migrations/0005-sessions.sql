-- What a person needs to tell their sessions apart, and reset tokens for forgotten passwords. Why it looks like this:
-- * `last_used_at` moves when a session refreshes, about every ten minutes: no request writes for it. Older sessions get the time of their last refresh.
-- * `password_resets.email` is where the link went: it is worth nothing once the person has another address.
-- * One reset token a person (the key is the person): asking again takes the place of the older one, using it deletes the row. As with refresh tokens
--   only the SHA-256 is stored.

alter table parley.sessions add column last_used_at timestamptz;
update parley.sessions s set last_used_at = coalesce(
  (select max(t.used_at) from parley.refresh_tokens t where t.session_id = s.id), s.created_at);
alter table parley.sessions alter column last_used_at set not null;
alter table parley.sessions alter column last_used_at set default now();
alter table parley.sessions add column user_agent text;

create table parley.password_resets (
  tenant_id uuid not null,
  user_id uuid not null,
  email text not null,
  token_hash bytea not null unique,
  created_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references parley.users on delete cascade
);
