import { EventEmitter } from 'node:events';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createTransactionPool } from './transaction-pool.js';

/** A connection that answers each statement as told, and remembers what it was asked. */
class FakeClient extends EventEmitter {
  readonly statements: string[] = [];
  readonly releases: (Error | undefined)[] = [];
  answer = async (_text: string): Promise<object> => ({ command: 'SELECT', rowCount: 0, rows: [] });

  query(text: string): Promise<object> {
    this.statements.push(text);
    return this.answer(text);
  }

  release(error?: Error): void {
    this.releases.push(error);
  }
}

function open(client: FakeClient): Kysely<object> {
  const pool = createTransactionPool({ connect: async () => client, end: async () => {} });
  return new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
}

const work = (database: Kysely<object>) =>
  database.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx);
  });

describe('createTransactionPool', () => {
  it('gives a connection back after a transaction that went well', async () => {
    const client = new FakeClient();
    await work(open(client));
    expect(client.statements).toEqual(['begin', 'select 1', 'commit']);
    expect(client.releases).toEqual([undefined]);
  });

  it('destroys the connection of a query that timed out, and sends no rollback behind it', async () => {
    const client = new FakeClient();
    const timeout = new Error('Query read timeout');
    client.answer = async (text) => {
      if (text === 'select 1') throw timeout;
      return { command: 'SELECT', rowCount: 0, rows: [] };
    };
    await expect(work(open(client))).rejects.toBe(timeout);
    expect(client.statements).toEqual(['begin', 'select 1']);
    expect(client.releases).toEqual([timeout]);
  });

  it('rolls back and keeps the connection when the statement was at fault', async () => {
    const client = new FakeClient();
    const duplicate = Object.assign(new Error('duplicate key'), { code: '23505' });
    client.answer = async (text) => {
      if (text === 'select 1') throw duplicate;
      return { command: 'SELECT', rowCount: 0, rows: [] };
    };
    await expect(work(open(client))).rejects.toBe(duplicate);
    expect(client.statements).toEqual(['begin', 'select 1', 'rollback']);
    expect(client.releases).toEqual([undefined]);
  });

  it('survives a connection that dies between two statements, and destroys it', async () => {
    const client = new FakeClient();
    const death = new Error('Connection terminated unexpectedly');
    const transaction = open(client)
      .transaction()
      .execute(async (tx) => {
        client.emit('error', death);
        await sql`select 1`.execute(tx);
      });
    await expect(transaction).rejects.toBe(death);
    expect(client.statements).toEqual(['begin']);
    expect(client.releases).toEqual([death]);
    expect(client.listenerCount('error')).toBe(0);
  });
});
