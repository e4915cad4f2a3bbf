-- Operations written inside an app's own transaction, waiting for a node to carry them out. Why it looks like this:
-- * An insert here takes no lock anybody waits for: no foreign key, no unique index but the identity. Doubles are recognised later, by op_id.
-- * `not_before` is a lease while a node works on a row and a pause after a failure. No index covers it, so that both stay in the page (HOT).
-- * `state`: 0 waiting, 1 refused. A carried out row is deleted.

create table parley.pending_operations (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  actor_id uuid not null,
  operation text not null,
  op_id uuid not null,
  conversation_id uuid not null,
  input jsonb not null,
  created_at timestamptz not null default now(),
  xid xid8 not null default pg_current_xact_id(),
  state smallint not null default 0,
  error_code text,
  attempts int not null default 0,
  not_before timestamptz not null default '-infinity'
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
create index pending_operations_waiting on parley.pending_operations (id) where state = 0;
create index pending_operations_lane on parley.pending_operations (conversation_id, id) where state = 0;
create index pending_operations_refused on parley.pending_operations (id) where state = 1;
