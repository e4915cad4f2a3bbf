/**
 * Why the server closes a socket. `reconnect` tells what a client does: `backoff` comes back with jittered backoff, `focus` when its
 * tab is looked at again, `never` only when the application says so. Where the client comes back, the close reason may be JSON with `retryAfterMs`.
 */
export const closeCodes = {
  going_away: { code: 4000, reconnect: 'backoff' },
  slow: { code: 4008, reconnect: 'backoff' },
  rate_limited: { code: 4029, reconnect: 'backoff' },
  admission: { code: 4030, reconnect: 'backoff' },
  protocol: { code: 4500, reconnect: 'never' },
  unauthorized: { code: 4501, reconnect: 'never' },
  session_revoked: { code: 4503, reconnect: 'never' },
  replaced: { code: 4509, reconnect: 'focus' },
  unsupported_version: { code: 4526, reconnect: 'never' },
} as const satisfies Record<string, { readonly code: number; readonly reconnect: ReconnectRule }>;

export type ReconnectRule = 'backoff' | 'focus' | 'never';
export type CloseName = keyof typeof closeCodes;

/** The row of a close code, or undefined for codes of the WebSocket protocol itself, after which a client comes back with backoff. */
export function closeName(code: number): CloseName | undefined {
  for (const name of Object.keys(closeCodes) as CloseName[]) if (closeCodes[name].code === code) return name;
  return undefined;
}
