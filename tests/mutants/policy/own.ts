import { database, matrix, otherTenant } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const receipts = (tests: string) => database('features/receipts/receipts', tests);
const presence = (tests: string) => database('features/presence/presence', tests);
const typing = (tests: string) => database('features/typing/typing', tests);
const threads = (tests: string) => database('features/threads/threads', tests);
const fromJoining = database('features/members/history-from-join', 'to them there is');
const strangers = receipts('are nothing of strangers');

/** What people mark, follow and let others see of themselves. */
export const ownMutants: readonly Mutant[] = [
  ...policyOf('server/src/features/receipts/marks.store.ts', strangers, [
    {
      name: 'former members mark',
      find: 'm.user_id = i.user_id and m.status = 1\n    order by m.conversation_id',
      replace: 'm.user_id = i.user_id\n    order by m.conversation_id',
      caughtBy: matrix('(markRead|markDelivered|markUnread) as (LR|BN)'),
    },
    {
      name: 'another tenant marks',
      find: 'and (i.tenant_id is null or h.tenant_id = i.tenant_id) and h.state <> 2\n    join parley.members m on m.conversation_id = i.conversation_id and m.user_id = i.user_id and m.status = 1\n    order',
      replace:
        'and h.state <> 2\n    join parley.members m on m.conversation_id = i.conversation_id and m.user_id = i.user_id and m.status = 1\n    order',
      caughtBy: otherTenant('markRead|markDelivered|markUnread'),
    },
    {
      name: 'members mark a deleted conversation',
      find: 'and (i.tenant_id is null or h.tenant_id = i.tenant_id) and h.state <> 2\n    join parley.members m on m.conversation_id = i.conversation_id and m.user_id = i.user_id and m.status = 1\n    order',
      replace:
        'and (i.tenant_id is null or h.tenant_id = i.tenant_id)\n    join parley.members m on m.conversation_id = i.conversation_id and m.user_id = i.user_id and m.status = 1\n    order',
      caughtBy: receipts('still move in an archived'),
    },
    {
      name: 'marks go above the head',
      find: 'greatest(l.read_seq, least(l.to_read, l.last_seq)) as read_seq,',
      replace: 'greatest(l.read_seq, l.to_read) as read_seq,',
      caughtBy: receipts('stop at the head'),
    },
    {
      name: 'former members mark threads',
      find: 'm.user_id = i.user_id and m.status = 1\n    join parley.messages r',
      replace: 'm.user_id = i.user_id\n    join parley.messages r',
      caughtBy: database('features/messages/messages-apart', 'that stand in threads'),
    },
    {
      name: 'threads of another conversation are marked',
      find: 'r.conversation_id = i.conversation_id and r.id = i.root_id and r.thread_id is null',
      replace: 'r.id = i.root_id and r.thread_id is null',
      caughtBy: database('features/messages/messages-apart', 'are found in their own alone'),
    },
    {
      name: 'threads from before their reader are marked',
      find: "      and r.seq >= ${visibleFrom('m')}\n",
      replace: '',
      caughtBy: fromJoining,
    },
    {
      name: 'who hides their reading is told of',
      find: 'u.id = m.user_id and u.hide_receipts\n',
      replace: 'u.id = m.user_id and false\n',
      caughtBy: receipts('of who hides them'),
    },
  ]),
  ...policyOf('server/src/features/receipts/receipt-feed.ts', receipts('of who hides them'), [
    {
      name: 'the reading of who hides it is told',
      find: 'if (one.conversation.hiderIds.includes(userId)) continue;',
      replace: '',
    },
    {
      name: 'who hides their reading is told of others',
      find: '...(hiderIds.length === 0 ? {} : { except: hiderIds }),',
      replace: '',
    },
    {
      name: 'senders who hide their reading are told of others',
      find: 'if (lastSenderId === null || hiderIds.includes(lastSenderId)) return;',
      replace: 'if (lastSenderId === null) return;',
      caughtBy: receipts('of others do not reach a sender'),
    },
  ]),
  ...policyOf('server/src/features/receipts/receipts.store.ts', receipts('of who hides them'), [
    {
      name: 'the list has who hides their reading',
      find: '!(hides || row.is_hidden)',
      replace: '!hides',
    },
    {
      name: 'who hides their reading lists that of others',
      find: '!(hides || row.is_hidden)',
      replace: '!row.is_hidden',
    },
    {
      name: 'former members are in the list of receipts',
      find: 'where m.conversation_id = ${place.conversationId} and m.status = 1',
      replace: 'where m.conversation_id = ${place.conversationId}',
      caughtBy: strangers,
    },
  ]),
  ...policyOf('server/src/features/presence/presence.store.ts', presence('of people one shares'), [
    {
      name: 'strangers see who is here',
      find: 'u.id = ${actor.userId} or u.id in (',
      replace: 'u.id is not null or u.id in (',
    },
    {
      name: 'former members see who is here',
      find: 'where me.user_id = ${actor.userId} and me.status = 1 and h.tenant_id',
      replace: 'where me.user_id = ${actor.userId} and h.tenant_id',
      caughtBy: database('features/members/places-apart', 'show people to each other'),
    },
    {
      name: 'those who left are seen',
      find: 'where m.user_id = any(${ids}) and m.status = 1 and m.conversation_id in',
      replace: 'where m.user_id = any(${ids}) and m.conversation_id in',
      caughtBy: database('features/members/places-apart', 'show people to each other'),
    },
    {
      name: 'another tenant sees who is here',
      find: 'where u.tenant_id = ${actor.tenantId} and u.id = any(${ids}) and (',
      replace: 'where u.id = any(${ids}) and (',
      caughtBy: otherTenant('listPresence'),
    },
    {
      name: 'strangers are told who comes and goes',
      find: 'where l.watcher = l.watched or exists (',
      replace: 'where l.watcher is not null or exists (',
      caughtBy: presence('is told no more to who looks elsewhere'),
    },
  ]),
  ...policyOf(
    'server/src/features/presence/shown-presence.ts',
    presence('is that of a stranger for who is invisible'),
    [
      {
        name: 'the invisible are seen',
        find: "if (choice.shownAs === 'invisible') return hidden(userId);",
        replace: '',
      },
    ],
  ),
  ...policyOf('server/src/features/typing/index.ts', typing('is refused to who could not send'), [
    {
      name: 'people type in an archived conversation',
      find: "if (typist.isArchived) throw new ParleyError('conversation_archived');",
      replace: '',
    },
    {
      name: 'people type who may not send',
      find: "if (!hasRight(typist, 'send') && !isBlocked(typist)) throw new ParleyError('forbidden');",
      replace: '',
    },
    {
      name: 'the muted type',
      find: "if (typist.mutedForMs !== null) throw new ParleyError('muted', { retryAfterMs: typist.mutedForMs });",
      replace: '',
    },
    {
      name: 'people type in a thread of another conversation',
      find: "if (!typist.hasThread) throw new ParleyError('invalid_reference');",
      replace: '',
      caughtBy: typing('in a thread names it'),
    },
  ]),
  ...policyOf('server/src/features/typing/typing.store.ts', matrix('setTyping as (LR|BN)'), [
    {
      name: 'former members type',
      find: 'm.user_id = ${actor.userId} and m.status = 1',
      replace: 'm.user_id = ${actor.userId}',
    },
    {
      name: 'another tenant types',
      find: 'h.tenant_id = ${actor.tenantId} and h.state',
      replace: 'h.state',
      caughtBy: otherTenant('setTyping'),
    },
    {
      name: 'people type in a thread from before them',
      find: "          and x.seq >= ${sql.raw(visibleFrom('m'))}\n",
      replace: '',
      caughtBy: fromJoining,
    },
  ]),
  ...policyOf('server/src/features/threads/threads.store.ts', threads('that are none, of another'), [
    {
      name: 'replies of a thread of another conversation are read',
      find: 'where m.conversation_id = ${conversationId} and m.id = ${id} and m.thread_id is null and ${isVisibleTo(viewer, conversationId)}`',
      replace: 'where m.id = ${id} and m.thread_id is null and ${isVisibleTo(viewer, conversationId)}`',
      caughtBy: database('features/messages/messages-apart', 'are found in their own'),
    },
    {
      name: 'replies of a thread from before their reader are read',
      find: 'm.thread_id is null and ${isVisibleTo(viewer, conversationId)}`',
      replace: 'm.thread_id is null`',
      caughtBy: fromJoining,
    },
  ]),
  ...policyOf('server/src/features/threads/followed-threads.store.ts', threads('that are none, of another'), [
    {
      name: 'threads of another conversation are followed',
      find: 'where r.conversation_id = ${conversationId} and r.id = ${rootId}',
      replace: 'where r.id = ${rootId}',
    },
    {
      name: 'threads from before their reader are followed',
      find: "        and ${isVisibleTo({ userId }, conversationId, 'r')}\n",
      replace: '',
      caughtBy: database('features/messages/messages-apart', 'have no thread to follow'),
    },
  ]),
  ...policyOf(
    'server/src/features/threads/thread-list.store.ts',
    threads('are listed by their latest reply'),
    [
      {
        name: 'the list has threads from before its reader',
        find: ' and ${isVisibleTo({ userId }, conversationId)})',
        replace: ')',
        caughtBy: database('features/members/history-from-join', ''),
      },
      {
        name: 'the list has threads of other conversations',
        find: 'where h.conversation_id = ${conversationId} and h.last_seq <',
        replace: 'where h.last_seq <',
        caughtBy: database('features/messages/messages-apart', 'of one id are two'),
      },
    ],
  ),
  ...policyOf('server/src/features/preferences/preferences.store.ts', matrix('updatePreferences'), [
    {
      name: "another's preferences are changed",
      find: 'where u.tenant_id = ${tenantId} and u.id = ${userId} returning',
      replace: 'where u.tenant_id = ${tenantId} and ${userId}::uuid is not null returning',
      caughtBy: receipts('of who hides them'),
    },
  ]),
];
