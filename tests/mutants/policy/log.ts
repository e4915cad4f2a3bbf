import { conformance, database, matrix, otherTenant, sqlTests } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const sendVerdicts = sqlTests('send-verdicts', 'answers not_found to a stranger');
const flushRights = sqlTests('rights-of-flush', '');
const right = '((h.role_rights[m.role + 1] | m.allow) & ~m.deny)';

/** The rules the statements of the log prove under the lock, and who is told of what stands in it. */
export const logMutants: readonly Mutant[] = [
  ...policyOf('server/src/eventlog/sql/send.sql', sendVerdicts, [
    {
      name: 'strangers send',
      find: 'when m.user_id is null or m.status <> 1 or h.state = 2 then 4',
      replace: 'when h.state = 2 then 4',
      caughtBy: matrix('sendMessage as (NM|LR|BN)'),
    },
    {
      name: 'former members send',
      find: 'm.user_id is null or m.status <> 1 or h.state = 2',
      replace: 'm.user_id is null or h.state = 2',
      caughtBy: matrix('sendMessage as (LR|BN)'),
    },
    {
      name: 'members send into a deleted conversation',
      find: 'm.status <> 1 or h.state = 2 then 4',
      replace: 'm.status <> 1 then 4',
    },
    {
      name: 'another tenant sends',
      find: 'when h.tenant_id <> t.tenant then 4',
      replace: '',
      caughtBy: otherTenant('sendMessage'),
    },
    {
      name: 'another tenant is told that a held conversation exists',
      find: 'x.conversation_id = t.conversation and x.tenant_id = t.tenant',
      replace: 'x.conversation_id = t.conversation',
      caughtBy: sqlTests('send-under-locks', 'answers not_found, not busy'),
    },
    {
      name: 'members send into an archived conversation',
      find: 'when h.state = 1 then 5',
      replace: '',
      caughtBy: sqlTests('send-verdicts', 'answers archived, forbidden and muted'),
    },
    {
      name: 'members send without the right',
      find: `when ${right} & 1 = 0 then`,
      replace: 'when false then',
      caughtBy: sqlTests('send-verdicts', 'answers archived, forbidden and muted'),
    },
    {
      name: 'the muted send',
      find: 'when m.muted_until > v_now then 7',
      replace: '',
      caughtBy: sqlTests('send-verdicts', 'answers archived, forbidden and muted'),
    },
    {
      name: "somebody else's id is answered as a repeat",
      find: 'when p.id is not null and p.sender_id = t.sender then 1',
      replace: 'when p.id is not null then 1',
      caughtBy: sqlTests('send-verdicts', 'answers id_conflict to somebody else|tells a stranger nothing'),
    },
    {
      name: 'strangers are told that an id is taken',
      find: 'when m.user_id is null or m.status <> 1 or h.state = 2 then 4\n        when p.id is not null then 3',
      replace:
        'when p.id is not null then 3\n        when m.user_id is null or m.status <> 1 or h.state = 2 then 4',
      caughtBy: sqlTests('send-verdicts', 'tells a stranger nothing'),
    },
    {
      name: 'a message of another conversation counts as the repeat',
      find: 'p on p.conversation_id = t.conversation and p.id = t.id',
      replace: 'p on p.id = t.id',
      caughtBy: database('features/messages/messages-apart', 'of one id are two'),
    },
  ]),
  ...policyOf('server/src/eventlog/sql/begin-flush.sql', flushRights, [
    {
      name: 'strangers edit, delete and react',
      find: 'when m.user_id is null or m.status <> 1 or h.state = 2 then 4',
      replace: 'when h.state = 2 then 4',
      caughtBy: matrix('addReaction as (NM|LR|BN)'),
    },
    {
      name: 'former members edit, delete and react',
      find: 'm.user_id is null or m.status <> 1 or h.state = 2',
      replace: 'm.user_id is null or h.state = 2',
      caughtBy: matrix('addReaction as (LR|BN)'),
    },
    {
      name: 'members write in a deleted conversation',
      find: 'm.status <> 1 or h.state = 2 then 4',
      replace: 'm.status <> 1 then 4',
    },
    {
      name: 'another tenant edits, deletes and reacts',
      find: 'when h.tenant_id <> t.tenant then 4',
      replace: '',
      caughtBy: otherTenant('addReaction'),
    },
    {
      name: 'members write in an archived conversation',
      find: 'when h.state = 1 then 5',
      replace: '',
    },
    {
      name: 'members write without the right',
      find: '& ~m.deny) & t.needed = 0 then\n',
      replace: '& ~m.deny) & 0 <> 0 then\n',
    },
    {
      name: 'the muted write',
      find: 'when m.muted_until > v_now and t.needed & p_speech <> 0 then 7',
      replace: '',
    },
    {
      name: "somebody else's message is answered as a repeat",
      find: 'when p.sender_id = t.actor or c.kind = t.kind then 1',
      replace: 'when p.id is not null or c.kind = t.kind then 1',
      caughtBy: database('features/messages/names-apart', 'taken for everybody else'),
    },
    {
      name: "another person's command is answered as one's own repeat",
      find: 'c.conversation_id = t.conversation and c.actor_id = t.actor and c.op_id',
      replace: 'c.conversation_id = t.conversation and c.op_id',
      caughtBy: database('features/messages/names-apart', 'two commands'),
    },
  ]),
  ...policyOf('server/src/eventlog/append.ts', otherTenant('archiveConversation'), [
    {
      name: 'another tenant commands',
      find: 'where conversation_id = ${conversationId} and tenant_id = ${tenantId} for no key update',
      replace: 'where conversation_id = ${conversationId} for no key update',
    },
    {
      name: "another person's command is taken for one's own",
      find: 'and actor_id = ${key.actorId} and op_id = ${key.opId}',
      replace: 'and op_id = ${key.opId}',
      caughtBy: conformance('the same key of two people'),
    },
    {
      name: 'a taken conversation is taken over',
      find: 'on conflict do nothing returning 1`.execute(tx);',
      replace:
        'on conflict (conversation_id) do update set tenant_id = excluded.tenant_id returning 1`.execute(tx);',
      caughtBy: database('features/conversations/conversations', 'group: the same id again'),
    },
  ]),
  ...policyOf('server/src/eventlog/resume.ts', otherTenant('sync'), [
    {
      name: "another tenant's person is told the heads",
      find: 'where m.user_id = ${actor.userId} and h.tenant_id = ${actor.tenantId}',
      replace: 'where m.user_id = ${actor.userId}',
    },
    {
      name: 'former members are told the heads',
      find: 'm.status = 1 and h.state <> 2 as is_member',
      replace: 'h.state <> 2 as is_member',
      caughtBy: matrix('sync as (LR|BN)'),
    },
    {
      name: 'everybody is told the heads of all',
      find: 'where m.user_id = ${actor.userId} and h.tenant_id',
      replace: 'where h.tenant_id',
      caughtBy: matrix('sync as NM'),
    },
    {
      name: 'a session that ended syncs',
      find: 'isSessionLive: rows[0]?.is_live === true,',
      replace: 'isSessionLive: true,',
      caughtBy: database('features/sync/sync', 'is refused to a session that has ended'),
    },
  ]),
  ...policyOf('server/src/eventlog/diff.ts', matrix('listChanges as LR'), [
    {
      name: 'former members catch up',
      find: 'm.user_id = ${actor.userId} and m.status = 1',
      replace: 'm.user_id = ${actor.userId}',
    },
    {
      name: 'strangers catch up',
      find: 'm.conversation_id = h.conversation_id and m.user_id = ${actor.userId} and m.status = 1',
      replace: 'm.conversation_id = h.conversation_id and m.status = 1',
      caughtBy: matrix('listChanges as NM'),
    },
    {
      name: 'another tenant catches up',
      find: 'h.tenant_id = ${actor.tenantId} and h.state <> 2',
      replace: 'h.state <> 2',
      caughtBy: otherTenant('listChanges'),
    },
    {
      name: 'members catch up with a deleted conversation',
      find: 'h.tenant_id = ${actor.tenantId} and h.state <> 2',
      replace: 'h.tenant_id = ${actor.tenantId}',
      caughtBy: database('features/conversations/changed-conversations', 'a deleted one is to everybody'),
    },
  ]),
  ...policyOf(
    'server/src/eventlog/user-check.ts',
    database('eventlog/user-check', 'closes sockets of sessions'),
    [
      {
        name: 'sockets of sessions that ended stay',
        find: 'if (!liveSessionIds.has(subscriber.sessionId)) hub.revoke(subscriber.userId, subscriber.sessionId);',
        replace: 'if (liveSessionIds.size < 0) hub.revoke(subscriber.userId, subscriber.sessionId);',
      },
      {
        name: 'sockets stay in conversations that are over',
        find: 'recording.reconcile(subscriber, standings.get(subscriber.userId) ?? []);',
        replace: '',
        caughtBy: database('eventlog/user-check', 'brings sockets into conversations'),
      },
    ],
  ),
  ...policyOf('server/src/fanout/from-log.ts', database('core/nodes', ''), [
    {
      name: 'who was taken out goes on hearing, where the log is read',
      find: 'return { leaves: event.data.userIds };',
      replace: 'return undefined;',
    },
  ]),
];
