import { createHmac } from 'node:crypto';

/** A token of the server, signed with its own secret, that ended an hour ago. `token` is a good one of the same person. */
export function expireToken(token: string, secret: string): string {
  const [header = '', payload = ''] = token.split('.');
  const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const now = Math.floor(Date.now() / 1000);
  const expired = { ...(claims as object), iat: now - 4200, exp: now - 3600 };
  const signed = `${header}.${Buffer.from(JSON.stringify(expired)).toString('base64url')}`;
  // Each purpose has a key of its own, derived from the secret by the purpose's name.
  const key = createHmac('sha256', secret).update('parley:access').digest();
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}
