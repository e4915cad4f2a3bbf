import { createHash, createHmac, randomBytes } from 'node:crypto';

/**
 * Refresh tokens: 256 bits, stored as their SHA-256. The successor of a token is computed from it with a key only the server has. So the same
 * token, shown twice within the grace, gets the same successor from any node, without a cache and without two chains; and whoever stole an old
 * token cannot compute the next.
 */
export interface RefreshTokens {
  create(): string;
  successorOf(token: string): string;
  /** What the database knows of a token. */
  hashOf(token: string): Buffer;
}

export function createRefreshTokens(key: Uint8Array): RefreshTokens {
  return {
    create: () => randomBytes(32).toString('base64url'),
    successorOf: (token) => createHmac('sha256', key).update(token).digest('base64url'),
    hashOf: (token) => createHash('sha256').update(token).digest(),
  };
}
