import { conformance, database, matrix } from '../catchers.js';
import { type Mutant, policyOf } from '../mutant.js';

const changed = (tests: string) => database('features/messages/changed-messages', tests);
const restored = (tests: string) => database('features/messages/restored-messages', tests);
const fromJoining = (tests: string) => database('features/members/history-from-join', tests);
const deletions = changed('a member deletes their own');
const elsewhere = changed('nobody edits the words');

/** Whose words may be read, changed, taken away and brought back. */
export const messageMutants: readonly Mutant[] = [
  ...policyOf(
    'server/src/features/messages/edit-message.ts',
    matrix("editMessage \\(another member's\\) as (ME|OW)"),
    [
      {
        name: "people edit others' words",
        find: "return target.senderId === actorId ? undefined : 'forbidden';",
        replace: 'void actorId;\n    return undefined;',
      },
      {
        name: 'editing needs no right',
        find: "right: 'edit_own',",
        replace: "right: 'member',",
        caughtBy: changed('somebody who is muted edits nothing'),
      },
    ],
  ),
  ...policyOf('server/src/features/messages/delete-message.ts', deletions, [
    {
      name: "members delete others' messages",
      find: "if (!mayDelete(rights.delete_any)) return 'forbidden';",
      replace: '',
      caughtBy: matrix("deleteMessage \\(a member's\\) as ME"),
    },
    {
      name: 'people delete messages of their equals and betters',
      find: "return isOwner || compareRoles(target.senderRole, standing.role) < 0 ? undefined : 'rank_too_low';",
      replace: 'void isOwner;\n  return undefined;',
      caughtBy: matrix("deleteMessage \\(the owner's\\) as (MO|AD)"),
    },
    {
      name: 'own messages are deleted without the right',
      find: "return mayDelete(rights.delete_own) ? undefined : 'forbidden';",
      replace: 'return undefined;',
      caughtBy: deletions,
    },
  ]),
  ...policyOf('server/src/features/messages/changed-messages.store.ts', elsewhere, [
    {
      name: 'messages of another conversation are changed',
      find: 'join parley.messages m on m.conversation_id = t.conversation and m.id = t.id\n    left join parley.members s',
      replace: 'join parley.messages m on m.id = t.id\n    left join parley.members s',
      // The next statements look in the conversation again: the refusal is another one.
    },
    {
      name: 'deleted messages are changed',
      find: 'where m.deleted_at is null`.execute(tx);',
      replace: '`.execute(tx);',
    },
  ]),
  ...policyOf(
    'server/src/features/messages/restore-message.ts',
    restored('is brought back by who deleted it'),
    [
      {
        name: "members bring others' messages back",
        find: "if (!mayRestore(operation, found)) return 'forbidden';",
        replace: 'void mayRestore;',
        caughtBy: matrix('restoreMessage \\(deleted by a member\\) as ME'),
      },
      {
        name: 'deletions of equals and betters are taken back',
        find: 'has(rights.delete_any) && compareRoles(standing.role, deleterRole) > 0',
        replace: 'has(rights.delete_any)',
      },
      {
        name: 'who stands above brings back without the right',
        find: 'return has(rights.delete_any) && compareRoles',
        replace: 'return compareRoles',
      },
      {
        name: 'who deleted it brings it back without the right',
        find: 'if (deletedBy === actorId) return has(senderId === actorId ? rights.delete_own : rights.delete_any);',
        replace: 'if (deletedBy === actorId) return true;',
      },
    ],
  ),
  ...policyOf(
    'server/src/features/messages/restored-messages.store.ts',
    restored('is not there to bring back'),
    [
      {
        name: 'messages of another conversation are brought back',
        find: 'm.conversation_id = t.conversation and m.id = t.id and m.deleted_at is not null',
        replace: 'm.id = t.id and m.deleted_at is not null',
      },
      {
        name: 'words are brought back after their time',
        find: 'where k.purge_at > clock_timestamp()`',
        replace: '`',
      },
    ],
  ),
  ...policyOf('server/src/features/messages/sent-messages.store.ts', conformance('reference'), [
    {
      name: 'messages of another conversation are answered',
      find: 'join parley.messages m on m.conversation_id = r.conversation and m.id = r.id\n    where',
      replace: 'join parley.messages m on m.id = r.id\n    where',
      caughtBy: changed('a reply quotes what it answers|a thread stands under'),
    },
    {
      name: 'deleted messages are answered',
      find: 'where m.deleted_at is null`.execute(tx);',
      replace: '`.execute(tx);',
      caughtBy: changed('a reply quotes what it answers'),
    },
  ]),
  ...policyOf('server/src/features/messages/send-message.ts', changed('a reply quotes what it answers'), [
    {
      name: 'messages answer what is not there',
      find: "if (replyToId !== null && !referable.has(`${conversationId} ${replyToId}`)) return 'invalid_reference';",
      replace: '',
    },
    {
      name: 'threads stand under what is not there',
      find: "if (threadId !== null && referable.get(`${conversationId} ${threadId}`)?.isRoot !== true)\n      return 'not_found';",
      replace: '',
      caughtBy: changed('a thread stands under'),
    },
    {
      name: 'sending with a reference needs no right',
      find: "right: 'send',",
      replace: "right: 'member',",
      caughtBy: database('features/members/places-apart', 'need no right to be left'),
    },
  ]),
  ...policyOf('server/src/features/messages/messages.store.ts', fromJoining('to them there is'), [
    {
      name: 'a message is found by its id alone',
      find: 'where m.conversation_id = ${conversationId} and m.id = ${id} and',
      replace: 'where m.id = ${id} and',
      caughtBy: database('features/messages/messages-apart', 'are found in their own alone'),
    },
    {
      name: 'a message from before its reader is got',
      find: 'm.id = ${id} and ${isVisibleTo(viewer, conversationId)}`',
      replace: 'm.id = ${id}`',
    },
    {
      name: 'pages backwards go to before their reader',
      find: 'm.thread_id is null and ${isVisibleTo(viewer, conversationId)}\n    order by m.seq desc',
      replace: 'm.thread_id is null\n    order by m.seq desc',
      caughtBy: fromJoining('who came later sees'),
    },
    {
      name: 'pages forwards begin before their reader',
      find: 'm.thread_id is null and ${isVisibleTo(viewer, conversationId)}\n    order by m.seq limit',
      replace: 'm.thread_id is null\n    order by m.seq limit',
      caughtBy: fromJoining(''),
    },
    {
      name: 'pages backwards have messages of all conversations',
      find: 'where m.conversation_id = ${conversationId} and m.seq < ',
      replace: 'where m.seq < ',
      caughtBy: database('features/messages/messages', 'without a range|pages backwards'),
    },
    {
      name: 'pages forwards have messages of all conversations',
      find: 'where m.conversation_id = ${conversationId} and m.seq > ${range.after}',
      replace: 'where m.seq > ${range.after}',
      caughtBy: database('features/messages/messages', 'pages backwards and forwards'),
    },
  ]),
  ...policyOf('server/src/features/messages/index.ts', changed('a deleted message keeps its place'), [
    {
      name: 'versions of a deleted message are read',
      find: "if (message === undefined || message.deletedAt !== null) throw new ParleyError('not_found');",
      replace: "if (message === undefined) throw new ParleyError('not_found');",
    },
    {
      name: 'versions of a message one cannot see are read',
      find: "if (message === undefined || message.deletedAt !== null) throw new ParleyError('not_found');",
      replace: "if (message !== undefined && message.deletedAt !== null) throw new ParleyError('not_found');",
      caughtBy: fromJoining('to them there is'),
    },
    {
      name: 'quotes show what was before their reader',
      find: 'const quoted = await listVisibleMessages(db, { conversationId, viewer: actor }, [...ids]);',
      replace: 'void actor;\n    const quoted = await listMessagesById(db, conversationId, [...ids]);',
      caughtBy: fromJoining('a quote of a hidden message'),
    },
  ]),
  ...policyOf(
    'server/src/features/messages/message-versions.store.ts',
    database('features/messages/messages-apart', 'are found in their own alone'),
    [
      {
        name: 'versions of a message of any conversation are read',
        find: 'where v.conversation_id = ${message.conversationId} and v.message_id',
        replace: 'where v.message_id',
        caughtBy: database('features/messages/messages-apart', 'of one id are two'),
      },
    ],
  ),
  ...policyOf('server/src/features/messages/touched-messages.store.ts', fromJoining('catching up by state'), [
    {
      name: 'catching up tells messages from before their reader',
      find: 'seq > ${after} and seq >= ${visibleFrom} and rev = seq',
      replace: 'seq > ${after} and rev = seq',
    },
    {
      name: 'catching up tells changes of messages from before their reader',
      find: 'rev > ${after} and seq >= ${visibleFrom} and rev <> seq',
      replace: 'rev > ${after} and rev <> seq',
    },
  ]),
  ...policyOf(
    'server/src/kernel/log-reader.ts',
    fromJoining('catching up by log|no operation and no frame'),
    [
      {
        name: 'the log is told from before its reader',
        find: 'const after = Math.max(range.after, range.visibleFrom - 1);',
        replace: 'const after = range.after;',
      },
      {
        name: 'the log tells of messages from before its reader',
        find: 'seq >= range.visibleFrom;',
        replace: 'seq >= 0;',
      },
    ],
  ),
  ...policyOf('server/src/fanout/hub.ts', fromJoining(''), [
    {
      name: 'sockets are told what is withheld from some',
      find: 'if (publication.isWithheld === true) subscriber.writeHeads([[conversationId, lastSeq(publication)]]);',
      replace: 'if (frames === undefined) subscriber.writeHeads([[conversationId, lastSeq(publication)]]);',
    },
    {
      name: 'signals reach those they are not for',
      find: 'if (excepted.includes(subscriber.userId)) continue;',
      replace: '',
      caughtBy: database('features/typing/typing', 'is told to the other members'),
    },
    {
      name: 'who was taken out goes on hearing',
      find: ': leaves.flatMap((userId) => [...this.#audiences.subscribersOf(userId)]);',
      replace: ': [];\n    void leaves;',
      caughtBy: conformance('removed|taken out'),
    },
  ]),
  ...policyOf('server/src/fanout/audiences.ts', conformance('open'), [
    {
      name: 'people hear what they are no members of',
      find: 'if (mine.has(conversationId)) this.#rooms',
      replace: 'this.#rooms',
    },
  ]),
  ...policyOf(
    'server/src/features/reactions/reactions.store.ts',
    database('features/reactions/reactions', 'go with the message'),
    [
      {
        name: 'deleted messages are reacted to',
        find: 'where m.deleted_at is null`.execute(tx);',
        replace: '`.execute(tx);',
      },
      {
        name: 'messages of another conversation are reacted to',
        find: 'join parley.messages m on m.conversation_id = t.conversation and m.id = t.id\n    where',
        replace: 'join parley.messages m on m.id = t.id\n    where',
        caughtBy: database('features/messages/messages-apart', 'are found in their own alone'),
      },
      {
        name: "people take others' reactions back",
        find: 'r.message_id = t.message and r.user_id = t.actor\n        and r.emoji',
        replace: 'r.message_id = t.message\n        and r.emoji',
        caughtBy: database('features/reactions/reactions', 'count once for one person'),
      },
      {
        name: "others' reactions are one's own",
        find: 'and r.user_id = ${userId} and not r.is_removed order by',
        replace: 'and ${userId}::uuid is not null and not r.is_removed order by',
        caughtBy: database('features/reactions/reactions', 'are counted on the message'),
      },
    ],
  ),
  ...policyOf('server/src/features/reactions/change-reaction.ts', matrix('addReaction as ME'), [
    {
      name: 'reacting needs no right',
      find: "right: 'react',\n  commutes: true,\n  judge: judgeAdding,",
      replace: "right: 'member',\n  commutes: true,\n  judge: judgeAdding,",
      caughtBy: database('features/members/places-apart', 'need no right to be left'),
    },
  ]),
  ...policyOf('server/src/features/reactions/index.ts', fromJoining('to them there is'), [
    {
      name: 'reactions to a message one cannot see are listed',
      find: "if (message === undefined || message.deletedAt !== null) throw new ParleyError('not_found');",
      replace: '',
    },
  ]),
];
