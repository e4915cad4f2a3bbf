/**
 * Who forgot their password asks for a link.
 *
 * - The answer is given before anything is looked up, so neither its content nor its time tells whether somebody has the address.
 * - What follows happens a few at a time; when too many wait, everybody is refused, whatever address they give.
 * - A failure is logged without the address, and without words of the mail server, which repeats it.
 */
import { ParleyError, type TenantId } from '@parley/protocol';
import type { Database } from '../../db/database.js';
import type { BoundedQueue } from '../../lib/bounded-queue.js';
import type { Clock } from '../../lib/clock.js';
import { insertReset } from './credentials.store.js';
import { createResetToken, hashResetToken } from './reset-token.js';

export interface ResetRequests {
  /** Returns at once. Throws `overloaded` when too many wait. */
  request(email: string): void;
  /** Resolves when nothing is under way. Never rejects. */
  idle(): Promise<void>;
  /** Gives what is under way three seconds to end and forgets what waits. */
  close(): Promise<void>;
}

export interface ResetRequestsOptions {
  readonly database: Database;
  readonly tenantId: TenantId;
  readonly queue: BoundedQueue;
  readonly clock: Pick<Clock, 'after'>;
  /** Brings the token to whoever reads the address. Undefined where there is no way to: then nothing is stored. */
  readonly deliver: ((to: { readonly email: string; readonly token: string }) => Promise<void>) | undefined;
  /** Told when somebody asks and there is no way. */
  readonly onNoWay: () => void;
  readonly onError: (error: unknown) => void;
}

const closeWithinMs = 3000;

export function createResetRequests(options: ResetRequestsOptions): ResetRequests {
  const { database, tenantId, queue, deliver } = options;
  const underWay = new Set<Promise<void>>();
  let isClosed = false;

  const carryOut = async (email: string, send: NonNullable<typeof deliver>): Promise<void> => {
    if (isClosed) return;
    try {
      const token = createResetToken();
      const userId = await insertReset(database.kysely, {
        tenantId,
        email,
        tokenHash: hashResetToken(token),
      });
      if (userId !== undefined) await send({ email, token });
    } catch (error) {
      options.onError(error);
    }
  };

  const idle = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.all(underWay);
  };

  return {
    idle,
    request: (email) => {
      if (deliver === undefined) return options.onNoWay();
      if (queue.isFull) throw new ParleyError('overloaded', { retryAfterMs: 1000 });
      const work: Promise<void> = queue
        .run(() => carryOut(email, deliver))
        .finally(() => underWay.delete(work));
      underWay.add(work);
    },
    close: async () => {
      isClosed = true;
      const late = new Promise<void>((resolve) => options.clock.after(closeWithinMs, resolve));
      await Promise.race([idle(), late]);
    },
  };
}
