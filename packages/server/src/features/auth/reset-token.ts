import { createHash, randomBytes } from 'node:crypto';

/** The token of a link for a new password: 256 bits that no one but the mailbox has. */
export function createResetToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What the database knows of a token. */
export function hashResetToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
