import { createHmac, randomUUID } from 'node:crypto';
import pg from 'pg';
import type { Person } from '../../support/people.js';

export interface Newcomer {
  readonly tenantId: string;
  readonly username: string;
  readonly displayName: string;
  readonly email: string;
  readonly userAgent: string;
}

/** Makes people of any tenant, which no server does over the wire, beside the server: rows of its database, and tokens signed with its secret. */
export async function openRegistrar({
  databaseUrl,
  secret,
}: {
  readonly databaseUrl: string;
  readonly secret: string;
}) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return {
    /** Their password is nothing: they have none. */
    join: async ({ tenantId, username, displayName, email, userAgent }: Newcomer): Promise<Person> => {
      const [id, sessionId] = [randomUUID(), randomUUID()];
      await client.query(
        'insert into parley.users (tenant_id, id, username, display_name, email) values ($1, $2, $3, $4, $5)',
        [tenantId, id, username, displayName, email],
      );
      await client.query(
        `insert into parley.sessions (id, tenant_id, user_id, expires_at, user_agent)
         values ($1, $2, $3, now() + interval '1 day', $4)`,
        [sessionId, tenantId, id, userAgent],
      );
      const token = sign({ sub: id, tid: tenantId, sid: sessionId }, secret);
      return { id, username, password: '', token, refreshToken: '' };
    },
    close: () => client.end(),
  };
}

/** An access token as the server makes them: each purpose has a key of its own, derived from the secret by the purpose's name. */
function sign(claims: object, secret: string): string {
  const now = Math.floor(Date.now() / 1000);
  const payload = { ...claims, iss: 'parley', aud: 'parley', iat: now, exp: now + 600 };
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${encode(payload)}`;
  const key = createHmac('sha256', secret).update('parley:access').digest();
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
