/**
 * The diary of the protocol. A version changes only when an old peer would misread a new frame; new operations, events, optional
 * fields and errors do not change it, they are announced by name in `welcome.features`.
 *
 * - 1 (2026-11): hello, welcome, heads, call, result, error, event, refresh, refreshed, ping, pong. Operations of users,
 *   conversations, members, messages and sync. Added without a new version: signal, head, open, going_away, own_head.
 */
export const protocolVersion = 1;

/** Versions this code can speak. */
export const supportedVersions: readonly number[] = [1];
