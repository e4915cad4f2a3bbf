import type { UserId } from '@parley/protocol/wire';

/** What the connection is doing. A union: each state carries what is true only in it. */
export type ConnectionState =
  /** Nothing was asked for yet; commands travel over HTTP. */
  | { readonly status: 'idle' }
  | { readonly status: 'connecting'; readonly attempt: number }
  | { readonly status: 'online'; readonly userId: UserId }
  /** The system says there is no network. Tried again at `retryAt` all the same, and at once when it comes back. */
  | { readonly status: 'offline'; readonly attempt: number; readonly retryAt: number }
  /** The connection was lost or not made; the next attempt is at `retryAt`, in milliseconds since 1970. */
  | { readonly status: 'reconnecting'; readonly attempt: number; readonly retryAt: number }
  /** The server accepts this session no more. `connect()` tries again, after somebody logged in. */
  | { readonly status: 'unauthorized'; readonly error: Error }
  /** Over: by `close()`, by a server that speaks another protocol, or (until the page is looked at again) because another tab took over. */
  | { readonly status: 'closed'; readonly reason: CloseReason };

export type CloseReason = 'closed' | 'replaced' | 'protocol' | 'unsupported_version';
