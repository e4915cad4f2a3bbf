import { describe, expect, it } from 'vitest';
import {
  compareRoles,
  defaultRoleRights,
  directRoleRights,
  hasRight,
  type Right,
  type Role,
  rights,
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

describe('compareRoles', () => {
  it('follows the table', () => {
    expect([...roles].reverse().toSorted(compareRoles)).toEqual(roles);
    expect(compareRoles('admin', 'admin')).toBe(0);
    expect(compareRoles('member', 'owner')).toBeLessThan(0);
    expect(compareRoles('owner', 'admin')).toBeGreaterThan(0);
  });
});
