import { database, matrix, otherTenant, sqlTests } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const roles = (tests: string) => database('features/members/roles', tests);
const members = (tests: string) => database('features/members/members', tests);
const ranks = roles('nobody acts on their equals|what is allowed or denied|a moderator mutes');
const ofOneself = database('features/members/places-apart', 'go down and nowhere else');
const archivedOneself = database('features/members/places-apart', 'stay as they are in an archived');
const direct = roles('of a direct conversation none of it');

/** Who comes, who goes, and who says so. */
export const memberMutants: readonly Mutant[] = [
  ...policyOf('server/src/features/members/add-members.ts', matrix('addMembers \\(as admins\\) as (ME|MO)'), [
    {
      name: 'members make admins of those they add',
      find: "if (compareRoles(role, membership.role) > 0) throw new ParleyError('rank_too_low');",
      replace: '',
    },
    {
      name: 'people nobody knows are added',
      find: "if ((await countUsers(tx, actor.tenantId, userIds)) !== userIds.length)\n    throw new ParleyError('invalid_reference');",
      replace: '',
      caughtBy: members('are added all or none'),
    },
    {
      name: 'the banned are added',
      find: "if (await hasBanned(tx, conversationId, missing)) throw new ParleyError('banned');",
      replace: '',
      caughtBy: roles('a ban takes a member out'),
    },
  ]),
  ...policyOf(
    'server/src/features/members/remove-member.ts',
    matrix('removeMember \\(an admin\\) as (MO|AD)'),
    [
      {
        name: 'people remove their equals and betters',
        find: "if (compareRoles(target.role, membership.role) >= 0) throw new ParleyError('rank_too_low');",
        replace: '',
      },
      {
        name: 'somebody is removed from a direct conversation',
        find: "if ((await ctx.include.conversation(tx, conversationId)).type === 'direct')\n    throw new ParleyError('forbidden');",
        replace: '',
        caughtBy: direct,
      },
      {
        name: 'a direct conversation is left',
        find: "if (type === 'direct') throw new ParleyError('forbidden');",
        replace: '',
        caughtBy: roles('of a direct conversation none'),
      },
      {
        name: 'the last owner leaves',
        find: 'if (memberCount > 1) await requireOwnerLeft(tx, conversationId, membership);',
        replace: '',
        caughtBy: matrix('leaveConversation as OW'),
      },
      {
        name: 'who was removed is told that they were',
        find: "left?.reason === 'left' ? { seq: left.seq } : undefined",
        replace: 'left === undefined ? undefined : { seq: left.seq }',
        caughtBy: matrix('leaveConversation as BN'),
      },
    ],
  ),
  ...policyOf('server/src/features/members/update-member.ts', ranks, [
    {
      name: 'members change direct conversations',
      find: "if ((await ctx.include.conversation(tx, conversationId)).type === 'direct')\n    throw new ParleyError('forbidden');",
      replace: '',
      caughtBy: direct,
    },
    {
      name: 'roles are given by who may mute',
      find: "return changesRights(change) ? 'manage_members' : 'mute';",
      replace: "return 'mute';",
      caughtBy: roles('a moderator mutes but gives no roles'),
    },
    {
      name: 'people change their equals and betters',
      find: "if (compareRoles(target.role, membership.role) >= 0) throw new ParleyError('rank_too_low');",
      replace: '',
      caughtBy: matrix('updateMember \\(the role of an admin\\) as AD'),
    },
    {
      name: 'roles come with a mute',
      find: "if (changesRights(change) && !hasRight(own, 'manage_members')) throw new ParleyError('forbidden');",
      replace: '',
    },
    {
      name: 'a mute comes with roles',
      find: "if (change.mutedUntil !== undefined && !hasRight(own, 'mute')) throw new ParleyError('forbidden');",
      replace: '',
    },
    {
      name: 'people give roles above their own',
      find: "if (change.role !== undefined && compareRoles(change.role, membership.role) > 0)\n    throw new ParleyError('rank_too_low');",
      replace: '',
      caughtBy: matrix('updateMember \\(a member to owner\\) as AD'),
    },
    {
      name: 'people allow what they may not',
      find: '((allowed | noLongerDenied) & ~rightsOf(own)) !== 0',
      replace: '(noLongerDenied & ~rightsOf(own)) !== 0',
    },
    {
      name: 'people lift denials of what they may not',
      find: '((allowed | noLongerDenied) & ~rightsOf(own)) !== 0',
      replace: '(allowed & ~rightsOf(own)) !== 0',
    },
    {
      name: 'people raise themselves',
      find: "if (compareRoles(role, membership.role) >= 0) throw new ParleyError('rank_too_low');",
      replace: '',
    },
    {
      name: 'people allow themselves',
      find: 'rest.allow !== undefined ||',
      replace: '',
      caughtBy: ofOneself,
    },
    {
      name: 'people lift their own denials',
      find: 'rest.deny !== undefined ||',
      replace: '',
      caughtBy: ofOneself,
    },
    {
      name: 'people lift their own mute',
      find: 'rest.deny !== undefined ||\n    rest.mutedUntil !== undefined',
      replace: 'rest.deny !== undefined',
      caughtBy: ofOneself,
    },
    {
      name: 'the last owner steps down',
      find: 'await requireOwnerLeft(tx, conversationId, membership);',
      replace: '',
      caughtBy: roles('the last owner cannot vanish'),
    },
    {
      name: 'people step down in an archived conversation',
      find: "if (head.state === 'archived') throw new ParleyError('conversation_archived');",
      replace: '',
      caughtBy: archivedOneself,
    },
  ]),
  ...policyOf('server/src/features/members/transfer-ownership.ts', matrix('transferOwnership as AD'), [
    {
      name: 'admins make owners',
      find: 'requireOwner(membership);',
      replace: '',
    },
    {
      name: 'ownership goes to oneself, who is then an admin',
      find: "if (userId === actor.userId) throw new ParleyError('forbidden');",
      replace: '',
      caughtBy: roles('ownership goes to another member'),
    },
    {
      name: 'ownership goes to nobody',
      find: "if ((await findMembership(tx, conversationId, userId)) === undefined) throw new ParleyError('not_found');",
      replace: '',
      caughtBy: roles('ownership goes to another member'),
    },
  ]),
  ...policyOf('server/src/features/members/bans.ts', matrix('banMember \\(an admin\\) as (MO|AD)'), [
    {
      name: 'people ban their equals and betters',
      find: "if (target !== undefined && compareRoles(target.role, membership.role) >= 0)\n    throw new ParleyError('rank_too_low');",
      replace: '',
    },
    {
      name: 'people nobody knows are banned',
      find: "if ((await countUsers(tx, actor.tenantId, [userId])) === 0) throw new ParleyError('not_found');",
      replace: '',
      caughtBy: roles('who never was a member is banned'),
    },
    {
      name: 'every member reads who is banned',
      find: "if ((ctx.reader.rights & rights.ban) === 0) throw new ParleyError('forbidden');",
      replace: '',
      caughtBy: matrix('listBans as ME'),
    },
  ]),
  ...policyOf('server/src/features/members/bans.store.ts', roles('a ban takes a member out'), [
    {
      name: 'a ban counts in another conversation alone',
      find: 'where b.conversation_id = ${conversationId} and b.user_id = any(',
      replace: 'where b.conversation_id <> ${conversationId} and b.user_id = any(',
    },
    {
      name: 'bans of other conversations are listed',
      find: 'where b.conversation_id = ${conversationId} and ${isStanding} and ${after}',
      replace: 'where ${isStanding} and ${after}',
      caughtBy: database('features/members/places-apart', 'have bans of their own'),
    },
    {
      name: 'a ban is lifted in every conversation',
      find: 'where conversation_id = ${conversationId} and user_id = ${userId}`.execute(tx);',
      replace: 'where user_id = ${userId}`.execute(tx);',
      caughtBy: database('features/members/places-apart', 'have bans of their own'),
    },
  ]),
  ...policyOf('server/src/features/members/members.store.ts', members('that were removed neither read'), [
    {
      name: 'members of other conversations are listed',
      find: 'where m.conversation_id = ${conversationId} and m.status = 1 and ${ofRole} and ${after}',
      replace: 'where m.status = 1 and ${ofRole} and ${after}',
      caughtBy: members('are listed completely and without doubles'),
    },
    {
      name: 'former members are listed',
      find: 'where m.conversation_id = ${conversationId} and m.status = 1 and ${ofRole} and ${after}',
      replace: 'where m.conversation_id = ${conversationId} and ${ofRole} and ${after}',
    },
    {
      name: 'the last owner may vanish',
      find: "if (role === 'owner' && (await countOwners(tx, conversationId)) === 1) throw new ParleyError('last_owner');",
      replace: 'void role;',
      caughtBy: roles('the last owner cannot vanish'),
    },
    {
      name: 'an owner elsewhere or gone counts as an owner left',
      find: "and status = 1 and role = ${roles.indexOf('owner')}",
      replace: "and role = ${roles.indexOf('owner')}",
      caughtBy: roles('the last owner cannot vanish'),
    },
    {
      name: 'a place is changed in every conversation',
      find: 'where conversation_id = ${change.conversationId} and user_id = ${change.userId} and status = 1`.execute(',
      replace: 'where user_id = ${change.userId} and status = 1`.execute(',
      caughtBy: database('features/members/places-apart', 'are changed in one conversation'),
    },
    {
      name: 'somebody is taken out of every conversation',
      find: 'where conversation_id = ${end.conversationId} and user_id = ${end.userId} and status = 1`',
      replace: 'where user_id = ${end.userId} and status = 1`',
      caughtBy: database('features/members/places-apart', 'are changed in one conversation'),
    },
  ]),
  ...policyOf('server/src/features/members/index.ts', matrix('removeMember \\(a member\\) as ME'), [
    {
      name: 'every member adds',
      find: "right: () => 'add_members',",
      replace: "right: () => 'send',",
      caughtBy: roles('what is allowed or denied to one'),
    },
    {
      name: 'every member removes',
      find: "(userId === actor.userId ? 'member' : 'remove_members')",
      replace: "(userId === actor.userId ? 'member' : 'send')",
    },
    {
      name: 'every member hands the ownership on',
      find: "right: () => 'manage_members',",
      replace: "right: () => 'send',",
      caughtBy: matrix('transferOwnership as (ME|MO|AD)'),
    },
    {
      name: 'every member bans',
      find: "right: () => 'ban',\n      entry: 'members.removed',\n      conversation: ({ conversationId }) => conversationId,\n      run: banMember,",
      replace:
        "right: () => 'send',\n      entry: 'members.removed',\n      conversation: ({ conversationId }) => conversationId,\n      run: banMember,",
      caughtBy: matrix('banMember \\(a member\\) as ME'),
    },
    {
      name: 'every member lifts bans',
      find: "right: () => 'ban',\n      entry: 'members.removed',\n      conversation: ({ conversationId }) => conversationId,\n      run: unbanMember,",
      replace:
        "right: () => 'send',\n      entry: 'members.removed',\n      conversation: ({ conversationId }) => conversationId,\n      run: unbanMember,",
      caughtBy: matrix('unbanMember as ME'),
    },
  ]),
  ...policyOf('protocol/src/rights.ts', sqlTests('rights-of-flush', ''), [
    {
      name: 'denials are overlooked where no lock is held',
      find: '?? 0) | allow) & ~deny;',
      replace: '?? 0) | allow) & ~(deny * 0);',
    },
    {
      name: 'the roles of the stranger stand above all',
      find: 'return roles.indexOf(first) - roles.indexOf(second);',
      replace: 'return -1 + 0 * (roles.indexOf(first) - roles.indexOf(second));',
      caughtBy: matrix('removeMember \\((an admin|the owner)\\) as (MO|AD)'),
    },
    {
      name: 'members have the rights of admins in a new group',
      find: '  own | rights.add_members,\n  own |',
      replace: '  allRights,\n  own |',
      caughtBy: matrix('removeMember \\(a member\\) as ME'),
    },
    {
      name: 'who is muted may edit and react',
      find: 'export const speech: number = rights.send | rights.edit_own | rights.react;',
      replace: 'export const speech: number = rights.send;',
      caughtBy: database('features/messages/changed-messages', 'somebody who is muted'),
    },
    {
      name: 'two people alone bring in others',
      find: 'export const directRoleRights: readonly number[] = [own, own, own, own];',
      replace: 'export const directRoleRights: readonly number[] = [allRights, own, own, own];',
      caughtBy: members('of a direct conversation neither come'),
    },
  ]),
  ...policyOf('server/src/features/users/users.store.ts', otherTenant('getUser|searchUsers'), [
    {
      name: 'people of another tenant are shown',
      find: 'from parley.users u where u.tenant_id = ${tenantId} and u.id = ${userId}`',
      replace: 'from parley.users u where u.id = ${userId}`',
      caughtBy: otherTenant('getUser'),
    },
    {
      name: 'people of another tenant are found',
      find: 'where tenant_id = ${search.tenantId} and id <> ${search.userId} and (',
      replace: 'where id <> ${search.userId} and (',
      caughtBy: otherTenant('searchUsers'),
    },
  ]),
];
