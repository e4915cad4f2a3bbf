import { conformance, database, matrix, otherTenant } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const active = 'and m.status = 1';
const elsewhere = database('features/members/places-apart', 'give nothing in a conversation one is not in');

/** Who may come near a conversation. */
export const accessMutants: readonly Mutant[] = [
  ...policyOf('server/src/access/access.ts', matrix('listMembers as NM'), [
    {
      name: 'strangers read',
      find: "if (reader === undefined) throw new ParleyError('not_found');\n  return reader;",
      replace: 'return reader ?? { visibleFrom: 0, rights: 0 };',
    },
    {
      name: 'strangers command',
      find: "if (membership === undefined || head.state === 'deleted') throw new ParleyError('not_found');",
      replace: "membership ??= { userId: '' as never, role: 'owner', allow: 0, deny: 0, isMuted: false };",
      caughtBy: matrix('archiveConversation as NM'),
    },
    {
      name: 'members command in a deleted conversation',
      find: "membership === undefined || head.state === 'deleted'",
      replace: 'membership === undefined',
      caughtBy: database('features/conversations/changed-conversations', 'a deleted one is to everybody'),
    },
    {
      name: 'members change an archived conversation',
      find: "if (head.state === 'archived') throw new ParleyError('conversation_archived');",
      replace: '',
      caughtBy: database('features/conversations/changed-conversations', 'an archived one is read and left'),
    },
    {
      name: 'members need no right',
      find: 'if (!hasRight({ roleRights: head.roleRights, ...membership }, right))\n    throw new ParleyError(refusalOf(membership, rights[right]));',
      replace: '',
      caughtBy: matrix('updateConversation \\(the name\\) as ME'),
    },
    {
      name: "members do what is the owners'",
      find: "if (role !== 'owner') throw new ParleyError('forbidden');",
      replace: '',
      caughtBy: matrix('archiveConversation as (ME|AD)'),
    },
  ]),
  ...policyOf('server/src/access/membership.store.ts', matrix('listMembers as LR'), [
    {
      name: 'former members command',
      find: 'where conversation_id = ${conversationId} and user_id = ${userId} and status = 1`',
      replace: 'where conversation_id = ${conversationId} and user_id = ${userId}`',
      caughtBy: matrix('addMembers as LR'),
    },
    {
      name: "strangers command with a member's place",
      find: 'where conversation_id = ${conversationId} and user_id = ${userId} and status = 1`',
      replace: 'where conversation_id = ${conversationId} and status = 1 order by role desc`',
      caughtBy: elsewhere,
    },
    {
      name: 'members of another conversation command',
      find: 'where conversation_id = ${conversationId} and user_id = ${userId} and status = 1`',
      replace: 'where user_id = ${userId} and status = 1 order by role desc`',
      caughtBy: elsewhere,
    },
    {
      name: 'former members read',
      find: `and m.user_id = \${actor.userId} ${active}`,
      replace: 'and m.user_id = ${actor.userId}',
    },
    {
      name: "strangers read with a member's place",
      find: `m.conversation_id = h.conversation_id and m.user_id = \${actor.userId} ${active}`,
      replace: `m.conversation_id = h.conversation_id ${active}`,
      caughtBy: matrix('listMembers as NM'),
    },
    {
      name: 'people read who are in some other conversation',
      find: `on m.conversation_id = h.conversation_id and m.user_id = \${actor.userId} ${active}`,
      replace: `on m.user_id = \${actor.userId} ${active}`,
      caughtBy: elsewhere,
    },
    {
      name: 'another tenant reads',
      find: 'h.tenant_id = ${actor.tenantId} and h.state <> 2`.execute(',
      replace: 'h.state <> 2`.execute(',
      caughtBy: otherTenant('listMembers'),
    },
    {
      name: 'members read a deleted conversation',
      find: 'h.tenant_id = ${actor.tenantId} and h.state <> 2`.execute(',
      replace: 'h.tenant_id = ${actor.tenantId}`.execute(',
      caughtBy: database('features/conversations/changed-conversations', 'a deleted one is to everybody'),
    },
    {
      name: 'members see what was before them',
      find: '`(case when h.hidden_below > 0 then ${member}.joined_seq else 0 end)`',
      replace: '`(0 + 0 * ${member}.joined_seq)`',
      caughtBy: database('features/members/history-from-join', 'who came later sees'),
    },
    {
      name: 'messages below the floor are seen',
      find: "select greatest(h.floor_seq, ${sql.raw(visibleFrom('v'))} - 1) from",
      replace: "select ${sql.raw(visibleFrom('v'))} - 1 from",
      caughtBy: database('features/messages/messages', 'what lies at or below the floor'),
    },
    {
      name: 'people of another tenant are let in',
      find: 'where u.tenant_id = ${input.tenantId} and u.id = any(',
      replace: 'where u.id = any(',
      caughtBy: database('features/members/places-apart', 'are nothing for people of another tenant'),
    },
    {
      name: 'a new place keeps what the old one was allowed',
      find: 'role = excluded.role, allow = 0, deny = 0, status = 1',
      replace: 'role = excluded.role, status = 1',
      caughtBy: database('features/members/places-apart', 'are new when somebody comes back'),
    },
    {
      name: 'people of another tenant count as people',
      find: 'where tenant_id = ${tenantId} and id = any(${sql.val([...userIds])}::uuid[])`.execute(tx);\n  return rows[0]?.count',
      replace: 'where id = any(${sql.val([...userIds])}::uuid[])`.execute(tx);\n  return rows[0]?.count',
      caughtBy: database('features/members/places-apart', 'are nothing for people of another tenant'),
    },
  ]),
  ...policyOf('server/src/kernel/execute.ts', matrix('listSessions as AN'), [
    {
      name: 'readers are not asked for',
      find: 'return requireReadable(ctx.db, actor, handler.conversation(input)).then((reader) =>\n        handler.run({ ...reading, reader }, input),\n      );',
      replace: 'return handler.run({ ...reading, reader: { visibleFrom: 0, rights: 1023 } }, input);',
      caughtBy: matrix('listMembers as (XT|NM|LR|BN)'),
    },
    {
      name: "people do what is the software's of the deployment",
      find: 'if (server !== undefined) return handler.run({ ...ctx, server }, input);',
      replace:
        'const by = server ?? actor;\n    if (by !== undefined) return handler.run({ ...ctx, server: by }, input);',
      caughtBy: matrix('(upsertUser|revokeUserTokens) as ME'),
    },
  ]),
  ...policyOf('server/src/kernel/exclusive.ts', matrix('leaveConversation as LR'), [
    {
      name: 'rights are not proved under the lock',
      find: 'const membership = requireRight(head, found, handler.right(input, actor));',
      replace: "const membership = requireRight(head, found, 'member');",
      caughtBy: matrix('addMembers as MO|updateConversation \\(the name\\) as ME'),
    },
    {
      name: "a command's name serves for another command",
      find: "if (first !== undefined && first.kind !== kind) throw new ParleyError('id_conflict');",
      replace: '',
      caughtBy: conformance('named another kind'),
    },
  ]),
  ...policyOf(
    'server/src/kernel/refuse-hidden.ts',
    database('features/members/history-from-join', 'to them there is'),
    [
      {
        name: 'commands reach what was before the actor',
        find: '<\n      operation.standing.visibleFrom;',
        replace: '< 0;',
      },
      {
        name: 'new messages answer what was before the actor',
        find: 'return message === undefined ? [...targets, ...refersTo] : refersTo;',
        replace: 'return message === undefined ? [...targets, ...refersTo] : [];',
      },
    ],
  ),
];
