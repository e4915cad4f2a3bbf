import { hash, verify } from '@node-rs/argon2';
import type { BoundedQueue } from '../../lib/bounded-queue.js';

/** argon2id (which the library numbers 2) with OWASP's parameters: 19 MiB, two passes, one lane. They are part of the hash, so raising them keeps old hashes valid. */
const parameters = { algorithm: 2, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Whether the password fits. Without a hash it works as long and answers no, so that unknown names cannot be told by the time. */
  verify(storedHash: string | undefined, password: string): Promise<boolean>;
}

/** Hashing through a bounded queue; when that is full, `overloaded`. */
export function createPasswords(queue: BoundedQueue): Passwords {
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => queue.run(() => hash(password, parameters)),
    verify: (storedHash, password) =>
      queue.run(async () => {
        decoy ??= hash('a password nobody has', parameters);
        const fits = await verify(storedHash ?? (await decoy), password);
        return fits && storedHash !== undefined;
      }),
  };
}
