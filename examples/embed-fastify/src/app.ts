/** The shop: its own log-in, its own orders, and Parley beside them in the same process. */
import { parley } from '@parley/server';
import fastify, { type FastifyInstance } from 'fastify';
import { withoutCardNumbers } from './card-numbers.js';
import { openDatabase } from './database.js';
import { registerOrders } from './orders.js';
import { type People, preparePeople, registerPeople } from './people.js';
import { createTables } from './tables.js';
import { createTokens } from './tokens.js';

export interface Settings {
  /** What the shop signs its tokens with. */
  readonly tokenSecret: string;
  /** What Parley signs its own with: cursors and places in the log. */
  readonly chatSecret: string;
  /** PostgreSQL for the shop and Parley; without it both are in Parley's embedded database. */
  readonly databaseUrl: string | undefined;
  readonly sellerPassword: string;
}

const issuer = 'https://shop.example';
const audience = 'shop';

export async function createApp(settings: Settings): Promise<FastifyInstance> {
  const { tokenSecret, chatSecret: secret, databaseUrl } = settings;
  const tokens = createTokens({ secret: tokenSecret, issuer, audience });
  // Making or migrating a database may take longer than Fastify's ten seconds for a plugin.
  const app = fastify({ pluginTimeout: 600_000, return503OnClosing: false });

  // The whole of the chat: the shop's tokens open it, nobody has a second account.
  await app.register(parley, {
    prefix: '/chat',
    secret,
    databaseUrl,
    auth: { type: 'jwt', algorithm: 'HS256', key: { secret: tokenSecret }, issuer, audience },
    hooks: withoutCardNumbers,
  });

  const database = openDatabase(app.parley, databaseUrl);
  app.addHook('onClose', () => database.close());
  await database.transaction(createTables);
  const people: People = { database, tokens, chat: app.parley };
  await preparePeople(people, settings.sellerPassword);
  registerPeople(app, people);
  registerOrders(app, people);
  return app;
}
