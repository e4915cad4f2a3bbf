/** The shop's own tokens. Parley reads the same ones: `sub`, `preferred_username` and `name` say who somebody is. */
import type { FastifyRequest } from 'fastify';
import { jwtVerify, SignJWT } from 'jose';

export interface Person {
  /** A UUID: it is the person's id in the chat as well. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
}

export interface Tokens {
  sign(person: Person): Promise<string>;
  /** The id of who asks; undefined without a token of ours. */
  read(request: FastifyRequest): Promise<string | undefined>;
}

interface TokenOptions {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
}

export function createTokens({ secret, issuer, audience }: TokenOptions): Tokens {
  const key = new TextEncoder().encode(secret);
  return {
    sign: ({ id, username, name }) =>
      new SignJWT({ preferred_username: username, name })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(id)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(key),
    read: async ({ headers: { authorization = '' } }) => {
      const token = authorization.replace(/^Bearer /, '');
      const rules = { algorithms: ['HS256'], issuer, audience };
      return jwtVerify(token, key, rules).then(
        ({ payload }) => payload.sub,
        () => undefined,
      );
    },
  };
}
