import { database, matrix, otherTenant, unit } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const blocks = (tests: string) => database('features/blocks/blocks', tests);
const presence = (tests: string) => database('features/presence/presence', tests);
const gate = (tests: string) => unit('server/src/kernel/hooks/gate', tests);

/** What a block between two people takes from them, and what the host's hooks refuse. */
export const blockMutants: readonly Mutant[] = [
  ...policyOf('server/src/access/blocks.store.ts', matrix('createConversation .* as BL'), [
    {
      name: 'the blocked invite who blocked them',
      find: 'select 1 from parley.blocks where tenant_id = ${tenantId} and blocked_id = ${userId} and user_id = any(${ids})',
      replace:
        'select 1 from parley.blocks where tenant_id = ${tenantId} and blocked_id = ${userId} and user_id = any(${ids}) and false',
    },
    {
      name: 'who has blocked invites the blocked',
      find: 'select 1 from parley.blocks where tenant_id = ${tenantId} and user_id = ${userId} and blocked_id = any(${ids})\n',
      replace:
        'select 1 from parley.blocks where tenant_id = ${tenantId} and user_id = ${userId} and blocked_id = any(${ids}) and false\n',
      caughtBy: blocks(''),
    },
    {
      name: 'the blocked see who blocked them',
      find: 'b.user_id = ${one} and b.blocked_id = ${other})',
      replace: 'b.user_id = ${one} and b.blocked_id = ${other} and false)',
      caughtBy: presence('is that of a stranger between two'),
    },
    {
      name: 'who has blocked sees the blocked',
      find: 'b.user_id = ${other} and b.blocked_id = ${one}))',
      replace: 'b.user_id = ${other} and b.blocked_id = ${one} and false))',
      caughtBy: presence('is that of a stranger between two'),
    },
    {
      name: 'the blocked find who blocked them',
      find: 'b.user_id = ${blocker} and b.blocked_id = ${blocked})`;',
      replace: 'b.user_id = ${blocker} and b.blocked_id = ${blocked} and false)`;',
      caughtBy: matrix('searchUsers .* as BL'),
    },
  ]),
  ...policyOf(
    'server/src/features/conversations/create-conversation.ts',
    matrix('createConversation .* as BL'),
    [
      {
        name: 'conversations are made across a block',
        find: "if (await hasBlockWith(tx, actor, others)) throw new ParleyError('dm_not_allowed');",
        replace: 'void hasBlockWith;',
      },
    ],
  ),
  ...policyOf('server/src/features/members/add-members.ts', blocks(''), [
    {
      name: 'people are added across a block',
      find: "if (await hasBlockWith(tx, actor, missing)) throw new ParleyError('dm_not_allowed');",
      replace: 'void hasBlockWith;',
    },
  ]),
  ...policyOf('server/src/features/blocks/change-block.ts', blocks('in the direct conversation'), [
    {
      name: 'the blocked write as before',
      find: 'await updateDenied(tx, { conversationId, seq, isBlocked });',
      replace: 'void updateDenied;',
    },
    {
      name: 'people of another tenant are blocked',
      find: "if (!(await hasUser(tx, tenantId, blockedId))) throw new ParleyError('not_found');",
      replace: 'void hasUser;',
      caughtBy: blocks('may be made and taken back twice'),
    },
    {
      name: 'the blocked are told who blocked them',
      find: '      actorId: null,\n      data: {',
      replace: '      actorId: actor.userId,\n      data: {',
      caughtBy: blocks('come to open sockets'),
    },
  ]),
  ...policyOf('server/src/features/blocks/blocks.store.ts', blocks('are listed for who made them'), [
    {
      name: "people list others' blocks",
      find: 'where b.tenant_id = ${owner.tenantId} and b.user_id = ${owner.userId} and ${after}',
      replace: 'where b.tenant_id = ${owner.tenantId} and ${owner.userId}::uuid is not null and ${after}',
    },
    {
      name: "people take others' blocks back",
      find: 'where tenant_id = ${tenantId} and user_id = ${userId} and blocked_id = ${blockedId} returning',
      replace:
        'where tenant_id = ${tenantId} and (user_id = ${userId} or blocked_id = ${userId}) and ${blockedId}::uuid is not null returning',
      caughtBy: blocks('are an entry of nobody'),
    },
    {
      name: 'blocks of another tenant are listed',
      find: 'where b.tenant_id = ${owner.tenantId} and b.user_id = ${owner.userId} and ${after}',
      replace: 'where b.user_id = ${owner.userId} and ${after}',
      caughtBy: otherTenant('listBlocks'),
    },
  ]),
  ...policyOf('server/src/features/typing/index.ts', blocks('tell neither typing nor reading'), [
    {
      name: 'the blocked are seen typing',
      find: 'if (isBlocked(typist)) return null;',
      replace: '',
    },
  ]),
  ...policyOf('server/src/features/receipts/receipts.store.ts', blocks('tell neither typing nor reading'), [
    {
      name: 'the blocked list the reading of who blocked them',
      find: 'or m.deny & ${sql.lit(blockedMark)} <> 0 as is_hidden',
      replace: 'or m.deny & ${sql.lit(blockedMark)} < 0 as is_hidden',
    },
  ]),
  ...policyOf('server/src/features/receipts/marks.store.ts', blocks('tell neither typing nor reading'), [
    {
      name: 'the reading of the blocked is told',
      find: 'j.has_receipt_moved and not j.is_blocked as has_receipt_moved',
      replace: 'j.has_receipt_moved as has_receipt_moved',
    },
  ]),
  ...policyOf('server/src/features/messages/restore-message.ts', blocks('leave reading, marks'), [
    {
      name: 'the blocked bring words back',
      find: "(operation.standing.rights & blockedMark) === 0 ? undefined : 'dm_not_allowed'",
      replace: "(operation.standing.rights & blockedMark) === -1 ? 'dm_not_allowed' : undefined",
    },
  ]),
  ...policyOf('server/src/kernel/hooks/gate.ts', gate(''), [
    {
      name: 'what the host refuses is carried out',
      find: 'if (given === true) return input;',
      replace: 'if (given !== undefined) return input;',
    },
  ]),
  ...policyOf('server/src/kernel/hooks/guard-hook.ts', gate(''), [
    {
      name: 'a hook that fails lets everything through',
      find: "if (options.onFailure === 'allow') return otherwise;",
      replace: 'if (options.onFailure !== undefined) return otherwise;',
    },
  ]),
  ...policyOf('server/src/kernel/hooks/accept-change.ts', gate(''), [
    {
      name: 'a hook sends a command elsewhere',
      find: 'if (changed !== undefined || namesBefore.size !== namesAfter.size)',
      replace: 'if (namesBefore.size !== namesAfter.size)',
    },
  ]),
];
