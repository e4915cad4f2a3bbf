/**
 * People with a session of your own. The cookie stays between browser and app; the page fetches a ticket of ten minutes with it, and Parley
 * asks the app whose ticket that is. Logging in is a toy here: everybody is who they say.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { type ForeignUser, parley } from '@parley/server';
import fastify, { type FastifyRequest } from 'fastify';

const { PORT = '3000', DATABASE_URL: databaseUrl } = process.env;
const ticketMs = 600_000;
const users = new Map<string, ForeignUser>();
/** By cookie, and by ticket: what your session table says. */
const sessions = new Map<string, ForeignUser>();
const tickets = new Map<string, { readonly session: string; readonly expiresAt: number }>();

const app = fastify({ pluginTimeout: 600_000, return503OnClosing: false });
await app.register(parley, {
  prefix: '/chat',
  secret: process.env['PARLEY_SECRET'] ?? randomUUID(),
  databaseUrl,
  dataDirectory: 'memory',
  auth: {
    type: 'custom',
    authenticate: async (token) => {
      const ticket = tickets.get(token);
      const user = sessions.get(ticket?.session ?? '');
      return ticket && user && { ...user, expiresAt: ticket.expiresAt };
    },
  },
});

app.post<{ Body: { name: string } }>('/login', async ({ body: { name } }, reply) => {
  const user = users.get(name) ?? { userId: randomUUID(), username: name, displayName: name };
  users.set(name, user);
  const session = randomBytes(32).toString('base64url');
  sessions.set(session, user);
  return reply.header('set-cookie', `session=${session}; HttpOnly; SameSite=Strict; Path=/`).send({});
});

app.post('/chat-ticket', async (request, reply) => {
  const session = sessionOf(request);
  if (!sessions.has(session)) return reply.code(401).send({ error: 'log in' });
  const token = randomBytes(32).toString('base64url');
  tickets.set(token, { session, expiresAt: Date.now() + ticketMs });
  setTimeout(() => tickets.delete(token), ticketMs).unref();
  return { token };
});

app.post('/logout', async (request, reply) => {
  const user = sessions.get(sessionOf(request));
  sessions.delete(sessionOf(request));
  // Parley takes a verdict for a minute; this ends the sockets now, on every node.
  if (user !== undefined) await app.parley.asSystem().revokeUserTokens({ userId: user.userId });
  return reply.header('set-cookie', 'session=; Max-Age=0; Path=/').send({});
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void app.close());
console.log(`The app is at ${await app.listen({ port: Number(PORT) })}, its chat under /chat.`);

function sessionOf({ headers: { cookie = '' } }: FastifyRequest): string {
  return /(?:^|; )session=([\w-]+)/.exec(cookie)?.[1] ?? '';
}
