/**
 * People of another issuer: Auth0, Keycloak, your single sign-on. Parley knows nothing of it but the address of its public keys. The issuer here is a
 * toy that gives everybody who asks a token; put your own in its place.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from '@parley/server';
import fastify from 'fastify';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

const { PORT = '3000', ISSUER_PORT = '3001', DATABASE_URL: databaseUrl } = process.env;
const issuer = await startIssuer();

const chat = await createServer({
  secret: process.env['PARLEY_SECRET'] ?? randomUUID(),
  databaseUrl,
  dataDirectory: 'memory',
  auth: {
    type: 'jwt',
    algorithm: 'ES256',
    key: { jwksUrl: `${issuer.url}/.well-known/jwks.json` },
    issuer: issuer.url,
    audience: 'chat',
  },
});

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.all([chat.close(), issuer.close()]));
console.log(`The chat is at ${await chat.listen({ port: Number(PORT) })}, the issuer at ${issuer.url}.`);

/** Signs with a key it made just now and shows the public half. */
async function startIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const key = { ...(await exportJWK(publicKey)), kid: 'today', alg: 'ES256', use: 'sig' };
  const app = fastify();
  app.get('/.well-known/jwks.json', async () => ({ keys: [key] }));
  app.post<{ Body: { name: string } }>('/token', async ({ body: { name } }) => ({
    token: await new SignJWT({ name, preferred_username: name })
      .setProtectedHeader({ alg: 'ES256', kid: 'today' })
      .setIssuer(url)
      .setAudience('chat')
      .setSubject(name)
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(privateKey),
  }));
  const url = await app.listen({ port: Number(ISSUER_PORT) });
  return { url, close: () => app.close() };
}
