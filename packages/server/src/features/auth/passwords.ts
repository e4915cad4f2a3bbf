/**
 * Passwords to hashes and back, through a bounded queue. A place in it is taken before anything else is done for a caller, so a storm of log-ins costs the
 * database no more than those who have a place, and whoever finds none is refused at once.
 */
import { hash, verify } from '@node-rs/argon2';
import type { BoundedQueue } from '../../lib/bounded-queue.js';

/** argon2id (which the library numbers 2) with OWASP's parameters: 19 MiB, two passes, one lane. They stand in every hash, so others can be told. */
const parameters = { algorithm: 2, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };
const presentForm = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

export interface Passwords {
  /** Runs `prove` in the queue and hashes when that has not thrown. Throws `overloaded` when too many wait. */
  hash(password: string, prove: () => Promise<void>): Promise<string>;
  /**
   * Finds an account in the queue and proves its password. Undefined when there is none or the password does not fit; both take as long, so that unknown
   * names cannot be told by the time. Throws `overloaded` when too many wait.
   */
  verify<Account extends Credentials>(
    find: () => Promise<Account | undefined>,
    password: string,
  ): Promise<Proved<Account> | undefined>;
}

export interface Credentials {
  readonly passwordHash: string;
}

export interface Proved<Account> {
  readonly account: Account;
  /** The hash to store instead, when the present one was made with other parameters than today's. */
  readonly renewedHash: string | undefined;
}

/** Passwords come composed (NFC), as the contract's field makes them. */
export function createPasswords(queue: Pick<BoundedQueue, 'run'>): Passwords {
  let decoy: Promise<string> | undefined;
  return {
    hash: (password, prove) =>
      queue.run(async () => {
        await prove();
        return hash(password, parameters);
      }),
    verify: (find, password) =>
      queue.run(async () => {
        decoy ??= hash('a password nobody has', parameters);
        const account = await find();
        const fits = await verify(account?.passwordHash ?? (await decoy), password);
        if (!fits || account === undefined) return undefined;
        const isPresent = presentForm.test(account.passwordHash);
        return { account, renewedHash: isPresent ? undefined : await hash(password, parameters) };
      }),
  };
}
