/** Who the shop knows. Whoever is made here is made in the chat too, under the same id. */
import { randomBytes, randomUUID, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Parley } from '@parley/server';
import type { FastifyInstance } from 'fastify';
import type { Database } from './database.js';
import type { Person, Tokens } from './tokens.js';

export interface People {
  readonly database: Database;
  readonly tokens: Tokens;
  readonly chat: Parley;
}

/** Who answers for the shop. */
export const seller: Person = {
  id: '5e11e400-0000-4000-8000-000000000001',
  username: 'seller',
  name: 'The shop',
};

interface Credentials {
  readonly username: string;
  readonly password: string;
}

const text = { type: 'string', minLength: 3, maxLength: 32 };
const password = { type: 'string', minLength: 8, maxLength: 100 };

export async function preparePeople(people: People, sellerPassword: string): Promise<void> {
  await save(people, seller, sellerPassword);
}

export function registerPeople(app: FastifyInstance, people: People): void {
  const registration = {
    body: {
      type: 'object',
      properties: { username: text, name: text, password },
      required: ['username', 'name', 'password'],
    },
  };
  app.post<{ Body: Credentials & { name: string } }>(
    '/people',
    { schema: registration },
    async ({ body }, reply) => {
      const person = { id: randomUUID(), username: body.username.toLowerCase(), name: body.name };
      if ((await find(people, person.username)) !== undefined)
        return reply.code(409).send({ error: 'taken' });
      await save(people, person, body.password);
      return reply.code(201).send(person);
    },
  );

  const login = {
    body: { type: 'object', properties: { username: text, password }, required: ['username', 'password'] },
  };
  app.post<{ Body: Credentials }>('/login', { schema: login }, async ({ body }, reply) => {
    const found = await find(people, body.username.toLowerCase());
    if (found === undefined || !(await fits(body.password, found.passwordHash)))
      return reply.code(401).send({ error: 'wrong name or password' });
    return { token: await people.tokens.sign(found) };
  });
}

async function find({ database }: People, username: string) {
  const { rows } = await database.transaction((tx) =>
    tx.query<Person & { passwordHash: string }>(
      'select id, username, name, password_hash as "passwordHash" from shop.people where username = $1',
      [username],
    ),
  );
  return rows[0];
}

/** The chat first: it judges names more strictly than the shop, and to do so again changes nothing. */
async function save({ database, chat }: People, person: Person, password: string): Promise<void> {
  const { id, username, name } = person;
  await chat.asSystem().upsertUser({ userId: id, username, displayName: name });
  const passwordHash = await hash(password);
  await database.transaction((tx) =>
    tx.query(
      `insert into shop.people (id, username, name, password_hash) values ($1, $2, $3, $4)
      on conflict (id) do update set password_hash = excluded.password_hash`,
      [id, username, name, passwordHash],
    ),
  );
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

async function hash(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString('hex')}:${(await derive(password, salt, 32)).toString('hex')}`;
}

async function fits(password: string, passwordHash: string): Promise<boolean> {
  const [salt = '', expected = ''] = passwordHash.split(':');
  return timingSafeEqual(await derive(password, Buffer.from(salt, 'hex'), 32), Buffer.from(expected, 'hex'));
}
