import type { Input, Output, Preferences, Watermarks } from '@parley/protocol/wire';
import type { Call } from '../../call.js';
import type { CallOptions } from '../../http.js';
import type { Platform } from '../../platform/platform.js';
import { createMarkQueue } from './coalesce-marks.js';

export interface ReceiptsApi {
  /**
   * Marks everything at or below `seq` as read, in the conversation or, with `threadId`, in one thread. Call it as often as you like: what is
   * called within a second is sent as one. Resolves with how far you have come.
   */
  readonly markRead: (input: Input<'markRead'>) => Promise<Watermarks>;
  /** Tells that this device has everything at or below `seq`; `markRead` tells it too. Sent at most once a second. */
  readonly markDelivered: (input: Input<'markDelivered'>) => Promise<Watermarks>;
  /** Marks the conversation unread for yourself, from `fromSeq` or its latest message on; the next `markRead` takes it back. */
  readonly markUnread: (input: Input<'markUnread'>, options?: CallOptions) => Promise<Watermarks>;
  /** How far each member has come; empty with `isOmitted` above 100 members. */
  readonly list: (input: Input<'listReceipts'>, options?: CallOptions) => Promise<Output<'listReceipts'>>;
  /** Hides how far you have read from the others, and how far they have from you. */
  readonly hide: (hideReceipts: boolean, options?: CallOptions) => Promise<Preferences>;
}

export function createReceipts(call: Call, platform: Pick<Platform, 'after'>): ReceiptsApi {
  const reads = createMarkQueue<Watermarks>(platform);
  const deliveries = createMarkQueue<Watermarks>(platform);
  return {
    markRead: ({ seq, ...place }) =>
      reads.mark(`${place.conversationId} ${place.threadId ?? ''}`, seq, (reached) =>
        call('markRead', { ...place, seq: reached }),
      ),
    markDelivered: ({ seq, conversationId }) =>
      deliveries.mark(conversationId, seq, (reached) =>
        call('markDelivered', { conversationId, seq: reached }),
      ),
    markUnread: (input, options) => {
      // A read that waits would take the mark back when it left after it.
      reads.flush(`${input.conversationId} `);
      return call('markUnread', input, options);
    },
    list: (input, options) => call('listReceipts', input, options),
    hide: (hideReceipts, options) => call('updatePreferences', { hideReceipts }, options),
  };
}
