import { database, matrix, otherTenant } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const lists = (tests: string) => database('features/conversations/conversations', tests);
const changes = (tests: string) => database('features/conversations/changed-conversations', tests);
const ofDirect = database('features/members/roles', 'of a direct conversation none of it');

/** Making, reading, changing and ending conversations. */
export const conversationMutants: readonly Mutant[] = [
  ...policyOf('server/src/features/conversations/conversations.store.ts', matrix('getConversation as LR'), [
    {
      name: 'former members get the conversation',
      find: 'me.user_id = ${actor.userId} and me.status = 1\n    join',
      replace: 'me.user_id = ${actor.userId}\n    join',
    },
    {
      name: 'strangers get the conversation',
      find: 'me.conversation_id = h.conversation_id and me.user_id = ${actor.userId} and me.status = 1\n',
      replace: 'me.conversation_id = h.conversation_id and me.status = 1\n',
      caughtBy: matrix('getConversation as NM'),
    },
    {
      name: 'another tenant gets the conversation',
      find: 'where h.conversation_id = ${conversationId} and h.tenant_id = ${actor.tenantId} and h.state',
      replace: 'where h.conversation_id = ${conversationId} and h.state',
      caughtBy: otherTenant('getConversation'),
    },
    {
      name: 'members get a deleted conversation',
      find: 'h.tenant_id = ${actor.tenantId} and h.state <> 2`.execute(',
      replace: 'h.tenant_id = ${actor.tenantId}`.execute(',
      caughtBy: changes('a deleted one is to everybody'),
    },
    {
      name: 'the list has conversations one has left',
      find: 'where me.user_id = ${actor.userId} and me.status = 1 and h.tenant_id',
      replace: 'where me.user_id = ${actor.userId} and h.tenant_id',
      caughtBy: matrix('listConversations as (LR|BN)'),
    },
    {
      name: 'the list has conversations of everybody',
      find: 'where me.user_id = ${actor.userId} and me.status = 1 and h.tenant_id',
      replace: 'where me.status = 1 and h.tenant_id',
      caughtBy: matrix('listConversations as NM'),
    },
    {
      name: 'the list has conversations of another tenant',
      find: 'h.tenant_id = ${actor.tenantId} and h.state <> 2 and ${after}',
      replace: 'h.state <> 2 and ${after}',
      caughtBy: otherTenant('listConversations'),
    },
    {
      name: 'the list has deleted conversations',
      find: 'h.tenant_id = ${actor.tenantId} and h.state <> 2 and ${after}',
      replace: 'h.tenant_id = ${actor.tenantId} and ${after}',
      caughtBy: changes('a deleted one is to everybody'),
    },
    {
      name: 'the conversation shows a latest message from before its reader',
      find: "and m.seq >= ${sql.raw(visibleFrom('me'))}\n    where",
      replace: 'where',
      caughtBy: database('features/members/history-from-join', ''),
    },
    {
      name: 'the list shows a latest message from before its reader',
      find: "and m.seq >= ${sql.raw(visibleFrom('me'))}\n    order",
      replace: 'order',
      caughtBy: database('features/members/history-from-join', ''),
    },
  ]),
  ...policyOf('server/src/features/conversations/create-conversation.ts', lists('group: the same id again'), [
    {
      name: 'a taken id answers with what is there, whoever made it',
      find: "(input.type !== 'direct' && summary.createdBy !== ctx.actor.userId)",
      replace: 'false',
      caughtBy: lists('group: the same id again|a member .*id of a group'),
    },
    {
      name: 'unknown people are passed over',
      find: "if (joined.length !== others.length) throw new ParleyError('invalid_reference');",
      replace: '',
      caughtBy: lists('group: with somebody who does not exist'),
    },
    {
      name: 'others come in as owners',
      find: "userIds: others, role: 'member' }",
      replace: "userIds: others, role: 'owner' }",
      caughtBy: matrix('archiveConversation as ME'),
    },
    {
      name: 'somebody is named twice',
      find: 'if (others.has(actor.userId) || others.size !== input.memberIds.length)',
      replace: 'if (others.has(actor.userId))',
      caughtBy: lists('naming oneself or somebody twice'),
    },
    {
      name: 'direct conversations have the rights of groups',
      find: "input.type === 'direct' ? directRoleRights : defaultRoleRights",
      replace: 'defaultRoleRights',
      caughtBy: database('features/members/members', 'of a direct conversation neither come'),
    },
  ]),
  ...policyOf('server/src/features/conversations/update-conversation.ts', matrix('updateConversation'), [
    {
      name: 'admins say what roles may do',
      find: 'if (settings?.roleRights !== undefined) requireOwner(membership);',
      replace: '',
      caughtBy: matrix('updateConversation \\(what roles may do\\) as AD'),
    },
    {
      name: 'direct conversations are changed',
      find: "if (type === 'direct') throw new ParleyError('forbidden');",
      replace: '',
      caughtBy: ofDirect,
    },
    {
      name: 'owners lose their rights',
      find: "role === 'owner' ? allRights : (given[role]",
      replace: '(given[role]',
      caughtBy: changes('needs the right, and what roles may do'),
    },
  ]),
  ...policyOf('server/src/features/conversations/end-conversation.ts', matrix('deleteConversation as AD'), [
    {
      name: 'members archive',
      find: 'requireOwner(ctx.membership);\n  const state',
      replace: 'const state',
      caughtBy: matrix('(un)?archiveConversation as (ME|AD)'),
    },
    {
      name: 'members delete',
      find: 'requireOwner(ctx.membership);\n  const { seq, at }',
      replace: 'const { seq, at }',
    },
  ]),
  ...policyOf(
    'server/src/features/conversations/index.ts',
    matrix('updateConversation \\(the name\\) as ME'),
    [
      {
        name: 'changing a conversation needs no right',
        find: "right: () => 'update_conversation',",
        replace: "right: () => 'send',",
      },
    ],
  ),
];
