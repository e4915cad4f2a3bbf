/**
 * What members may do in a conversation, as bits: `(roleRights[role] | allow) & ~deny`. The database applies the same rule under the lock
 * of the conversation; this pure function serves decisions taken before and the SDK's `can()`. Bits are stored: never renumber.
 */
export const rights = {
  send: 1,
  add_members: 2,
  remove_members: 4,
  update_conversation: 8,
  edit_own: 16,
  delete_own: 32,
  /** Messages of members of a lower role. */
  delete_any: 64,
  react: 128,
  /** Role and exceptions of members of a lower role. */
  manage_members: 256,
  ban: 512,
  mute: 1024,
} as const;

export type Right = keyof typeof rights;

/** Roles from low to high; the position is what the database stores. */
export const roles = ['member', 'moderator', 'admin', 'owner'] as const;
export type Role = (typeof roles)[number];

/** What somebody who is muted may not do. */
export const speech: number = rights.send | rights.edit_own | rights.react;

/**
 * Denied to both people of a direct conversation of whom one has blocked the other: speech, and a mark that says why. The mark is no right and stands above
 * them, so no input can set it.
 */
export const blockedMark = 2 ** 30;
export const deniedByBlock: number = blockedMark | speech;

/** The answer to a member who has none of these rights, as bits: what a block takes away is told apart. */
export function refusalOf({ deny }: { readonly deny: number }, bits: number): 'dm_not_allowed' | 'forbidden' {
  return (deny & blockedMark) !== 0 && (bits & speech) !== 0 ? 'dm_not_allowed' : 'forbidden';
}

const own = rights.send | rights.edit_own | rights.delete_own | rights.react;
/** All rights there are; what an owner has. */
export const allRights: number = Object.values(rights).reduce((all, bit) => all | bit, 0);

/** Rights by role of a new group, in the order of `roles`. */
export const defaultRoleRights: readonly number[] = [
  own | rights.add_members,
  own | rights.add_members | rights.remove_members | rights.delete_any | rights.ban | rights.mute,
  allRights,
  allRights,
];

/** Rights by role of a direct conversation: two people who write, and nobody else comes or goes. */
export const directRoleRights: readonly number[] = [own, own, own, own];

export interface RightsInput {
  readonly roleRights: readonly number[];
  readonly role: Role;
  readonly allow: number;
  readonly deny: number;
}

/** True when a member with this role and these exceptions holds the right. */
export function hasRight(input: RightsInput, right: Right): boolean {
  return (rightsOf(input) & rights[right]) !== 0;
}

/** Everything such a member may do, as bits. */
export function rightsOf({ roleRights, role, allow, deny }: RightsInput): number {
  return ((roleRights[roles.indexOf(role)] ?? 0) | allow) & ~deny;
}

/** Negative, zero or positive as the first role stands below, beside or above the second. */
export function compareRoles(first: Role, second: Role): number {
  return roles.indexOf(first) - roles.indexOf(second);
}
