-- The tables of the core. Why they look like this:
-- * The log of a conversation is `messages` and `changes` merged by seq: the row of a message is its own log entry, every other entry
--   names its target and carries no content. A log row beside every message cost 35 us of database CPU a message against 20.
-- * `conversation_heads` is updated by every flush. It has no index beside its key and room in its pages, so that these updates stay in the
--   page (HOT). It carries what a send must know under the lock: tenant, state, rights by role.
-- * A send touches two indexes of `messages`. Every further one must be partial.

create table parley.cluster_meta (
  only_row boolean primary key default true check (only_row),
  epoch uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into parley.cluster_meta default values;

create table parley.users (
  tenant_id uuid not null,
  id uuid not null,
  username text not null,
  display_name text not null,
  email text,
  avatar_url text,
  rev bigint not null default 1,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create unique index users_username on parley.users (tenant_id, username text_pattern_ops);
create unique index users_email on parley.users (tenant_id, email) where email is not null;
create index users_display_name on parley.users (tenant_id, lower(display_name) text_pattern_ops);

create table parley.credentials (
  tenant_id uuid not null,
  user_id uuid not null,
  password_hash text not null,
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references parley.users on delete cascade
);

create table parley.sessions (
  id uuid primary key,
  tenant_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  foreign key (tenant_id, user_id) references parley.users on delete cascade
);
create index sessions_user on parley.sessions (tenant_id, user_id);

-- One row a rotation. A token is stored as its SHA-256; its successor is computed from it, never stored.
create table parley.refresh_tokens (
  token_hash bytea primary key,
  session_id uuid not null references parley.sessions on delete cascade,
  created_at timestamptz not null default now(),
  used_at timestamptz
);
create index refresh_tokens_session on parley.refresh_tokens (session_id);

create table parley.conversation_heads (
  conversation_id uuid primary key,
  tenant_id uuid not null,
  state smallint not null default 0,
  last_seq bigint not null default 0,
  last_ord bigint not null default 0,
  last_at timestamptz not null default '-infinity',
  xid xid8 not null default pg_current_xact_id(),
  last_message_seq bigint,
  last_activity_at timestamptz not null,
  role_rights int[] not null
) with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);

create table parley.conversations (
  id uuid primary key references parley.conversation_heads,
  type smallint not null,
  name text,
  description text,
  metadata jsonb,
  created_by uuid not null,
  created_at timestamptz not null,
  member_count int not null default 0,
  direct_user_ids uuid[],
  rev bigint not null
);

create table parley.members (
  conversation_id uuid not null references parley.conversation_heads,
  user_id uuid not null,
  role smallint not null default 0,
  allow int not null default 0,
  deny int not null default 0,
  status smallint not null default 1,
  joined_seq bigint not null,
  joined_at timestamptz not null,
  left_seq bigint,
  muted_until timestamptz,
  primary key (conversation_id, user_id)
) with (fillfactor = 70);
create index members_user on parley.members (user_id);

create table parley.messages (
  conversation_id uuid not null,
  id uuid not null,
  seq bigint not null,
  rev bigint not null,
  ord bigint not null,
  sender_id uuid not null,
  type smallint not null default 0,
  content text,
  metadata jsonb,
  at timestamptz not null,
  primary key (conversation_id, id),
  unique (conversation_id, seq)
);

create table parley.changes (
  conversation_id uuid not null,
  seq bigint not null,
  kind smallint not null,
  actor_id uuid,
  op_id uuid,
  target_id uuid,
  targets uuid[],
  at timestamptz not null,
  primary key (conversation_id, seq)
);
create unique index changes_op on parley.changes (conversation_id, actor_id, op_id) where op_id is not null;

-- One row a transaction that moved a head: what a node re-reads to find commits whose publish it never heard.
create table parley.commit_log (
  xid xid8 primary key default pg_current_xact_id(),
  touched jsonb not null
);
