import type { ParleyTransaction } from '@parley/server';

/** In a schema of the shop's own: `parley` belongs to Parley. The lock is for several processes that start at once. */
const statements = [
  `select pg_advisory_xact_lock(727001)`,
  `create schema if not exists shop`,
  `create table if not exists shop.people (
    id uuid primary key, username text not null unique, name text not null, password_hash text not null)`,
  `create table if not exists shop.products (
    id text primary key, stock int not null check (stock >= 0))`,
  `create table if not exists shop.orders (
    id uuid primary key, customer_id uuid not null references shop.people, product_id text not null, quantity int not null check (quantity > 0), shipped_at timestamptz, ordered_at timestamptz not null default now())`,
  `insert into shop.products (id, stock) values ('tea', 100), ('lamp', 1) on conflict do nothing`,
];

export async function createTables(tx: ParleyTransaction): Promise<void> {
  for (const statement of statements) await tx.query(statement);
}
