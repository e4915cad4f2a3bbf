import { describe, expect, it } from 'vitest';
import {
  allRights,
  blockedMark,
  compareRoles,
  defaultRoleRights,
  deniedByBlock,
  directRoleRights,
  hasRight,
  type Right,
  type Role,
  refusalOf,
  rights,
  rightsOf,
  roles,
} from './rights.js';

const names = Object.keys(rights) as Right[];
const held = (
  role: Role,
  exceptions: { allow?: number; deny?: number } = {},
  roleRights = defaultRoleRights,
) => names.filter((right) => hasRight({ roleRights, role, allow: 0, deny: 0, ...exceptions }, right));

describe('the bits', () => {
  it('are the ones that are stored', () => {
    expect(rights).toEqual({
      send: 1,
      add_members: 2,
      remove_members: 4,
      update_conversation: 8,
      edit_own: 16,
      delete_own: 32,
      delete_any: 64,
      react: 128,
      manage_members: 256,
      ban: 512,
      mute: 1024,
    });
    expect(roles).toEqual(['member', 'moderator', 'admin', 'owner']);
  });

  it('are single and distinct', () => {
    const sum = Object.values(rights).reduce<number>((all, bit) => {
      expect(all & bit).toBe(0);
      return all | bit;
    }, 0);
    expect(sum).toBe(2 ** names.length - 1);
  });
});

describe('hasRight', () => {
  it.each<[Role, Right[]]>([
    ['member', ['send', 'add_members', 'edit_own', 'delete_own', 'react']],
    [
      'moderator',
      [
        ...([
          'send',
          'add_members',
          'remove_members',
          'edit_own',
          'delete_own',
          'delete_any',
          'react',
        ] as const),
        ...(['ban', 'mute'] as const),
      ],
    ],
    ['admin', names],
    ['owner', names],
  ])('gives a %s of a new group %j', (role, expected) => {
    expect(held(role)).toEqual(expected);
  });

  it.each(roles)('lets a %s of a direct conversation write and react, and nothing else', (role) => {
    expect(held(role, {}, directRoleRights)).toEqual(['send', 'edit_own', 'delete_own', 'react']);
  });

  it('adds what is allowed to one, and takes what is denied, which is stronger', () => {
    expect(held('member', { allow: rights.remove_members })).toContain('remove_members');
    expect(held('member', { deny: rights.send })).not.toContain('send');
    expect(held('owner', { allow: rights.send, deny: rights.send })).not.toContain('send');
  });

  it('gives nothing to a role the conversation has no rights for', () => {
    expect(held('owner', {}, [rights.send])).toEqual([]);
  });
});

describe('a block', () => {
  it('takes speech in a direct conversation and leaves deleting one’s own', () => {
    expect(held('member', { deny: deniedByBlock }, directRoleRights)).toEqual(['delete_own']);
  });

  it('is marked by a bit above all rights that a 32-bit integer holds and nobody is given', () => {
    expect(blockedMark).toBe(2 ** 30);
    expect(blockedMark & allRights).toBe(0);
    expect(rightsOf({ roleRights: [allRights], role: 'member', allow: 0, deny: deniedByBlock })).toBe(
      allRights & ~deniedByBlock,
    );
  });

  it('is the reason only where what it takes is missing', () => {
    const { send, react, edit_own, add_members, delete_own } = rights;
    for (const bits of [send, react, edit_own, send | delete_own])
      expect(refusalOf({ deny: deniedByBlock }, bits)).toBe('dm_not_allowed');
    expect(refusalOf({ deny: deniedByBlock }, add_members)).toBe('forbidden');
    expect(refusalOf({ deny: send }, send)).toBe('forbidden');
  });
});

describe('compareRoles', () => {
  it('follows the table', () => {
    expect([...roles].reverse().toSorted(compareRoles)).toEqual(roles);
    expect(compareRoles('admin', 'admin')).toBe(0);
    expect(compareRoles('member', 'owner')).toBeLessThan(0);
    expect(compareRoles('owner', 'admin')).toBeGreaterThan(0);
  });
});
