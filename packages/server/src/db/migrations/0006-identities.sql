-- Who is somebody that others vouch for, who may not come in any more, and what people say of themselves. Why it looks like this:
-- * An identity is what an issuer's tokens call somebody. `claims` is what the last token said of them: a profile is written anew only when an issuer
--   says something else than before, so that what people change themselves stays until then. `claims_at` keeps an older token from undoing a newer one.
-- * A person's id is theirs in every tenant: sockets, signals and presence know people by it alone.
-- * A token of an issuer has no row of a session. `tokens_valid_after` ends all that were issued before it.

create unique index users_id on parley.users (id);

alter table parley.users
  add column bio text,
  add column locale text,
  add column metadata jsonb,
  add column disabled_at timestamptz,
  add column tokens_valid_after timestamptz;

create table parley.identities (
  tenant_id uuid not null,
  issuer text not null,
  subject text not null,
  user_id uuid not null,
  claims text not null,
  claims_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, issuer, subject),
  foreign key (tenant_id, user_id) references parley.users on delete cascade
);
create index identities_user on parley.identities (tenant_id, user_id);
