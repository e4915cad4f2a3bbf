/**
 * Who may call what: one row or more for every operation of the contract, one cell for everybody there is. An operation without a row does not compile.
 *
 * Columns: AN without a token, XT of another tenant, NM never a member, LR left, BN banned, BL a member whom the owner has blocked, ME member, MO moderator, AD admin,
 * OW owner. The owner and who they have blocked also share a direct conversation from before.
 * Cells: `2` done; `0` answered, and nothing of the conversation in it; `U` unauthenticated; `N` not_found; `F` forbidden; `R` rank_too_low; `L` last_owner;
 * `I` invalid_reference; `D` dm_not_allowed; `-` says nothing about authorization.
 */
import type { ErrorCode, OperationName } from '@parley/protocol/wire';
import { newId } from '../../support/people.js';
import type { Place } from './place.js';

export const columns = ['AN', 'XT', 'NM', 'LR', 'BN', 'BL', 'ME', 'MO', 'AD', 'OW'] as const;
export type Column = (typeof columns)[number];

export const refusals: Readonly<Record<string, ErrorCode>> = {
  U: 'unauthenticated',
  N: 'not_found',
  F: 'forbidden',
  R: 'rank_too_low',
  L: 'last_owner',
  I: 'invalid_reference',
  D: 'dm_not_allowed',
};

export interface Row {
  /** What sets it apart from the other rows of its operation. */
  readonly what?: string;
  /** One letter a column. */
  readonly cells: string;
  /** Made anew for every cell. */
  readonly input: (place: Place, as: Column) => object | Promise<object>;
  /** What changes nothing may be asked in the place all share. @default false */
  readonly isReading?: boolean;
  /** What an answer must not hold where the cell says `0`. @default the id of the conversation */
  readonly secret?: (place: Place) => string;
}

//              columns: AN XT NM LR BN BL ME MO AD OW
const members = /*    */ 'U N N N N 2 2 2 2 2';
const owners = /*     */ 'U N N N N F F F F 2';
const admins = /*     */ 'U N N N N F F F 2 2';
const moderators = /* */ 'U N N N N F F 2 2 2';
const oneself = /*    */ 'U - 2 2 2 2 2 2 2 2';
/** In the direct conversation of the owner and who they have blocked. */
const silenced = /*   */ 'U N N N N D N N N D';
const pair = /*       */ 'U N N N N 2 N N N 2';
const neither = /*    */ 'U N N N N F N N N F';
const nobody = /*     */ 'U F F F F F F F F F';

const here = ({ conversationId }: Place) => ({ conversationId });
const reads = (input: Row['input'] = here): readonly Row[] => [{ cells: members, isReading: true, input }];
const changes = (cells: string, input: Row['input'] = here): readonly Row[] => [{ cells, input }];
const needsNoToken = 'anyone';

const message = (by: keyof Place['messages']) => (place: Place) => ({
  ...here(place),
  messageId: place.messages[by],
});
/** One's own where one has one. */
const own = (place: Place, as: Column) => ({
  ...here(place),
  messageId: place.messages[as === 'BL' || as === 'MO' || as === 'AD' || as === 'OW' ? as : 'ME'],
});
/** In the direct conversation, where a message of each stands. */
const inDirect =
  (more: object = {}): Row['input'] =>
  ({ people }) => ({ conversationId: people.direct.conversationId, ...more });
const inDirectOn =
  (more: object = {}): Row['input'] =>
  ({ people }, as) => ({
    conversationId: people.direct.conversationId,
    messageId: people.direct.messages[as === 'BL' ? 'BL' : 'OW'],
    ...more,
  });
const about =
  (who: (place: Place) => string, more: object = {}): Row['input'] =>
  (place) => ({ ...here(place), userId: who(place), ...more });
const target = ({ people }: Place) => people.target.id;
const otherAdmin = ({ people }: Place) => people.otherAdmin.id;
const owner = ({ people }: Place) => people.OW.id;

export const matrix: { readonly [Name in OperationName]: readonly Row[] | typeof needsNoToken } = {
  register: needsNoToken,
  login: needsNoToken,
  refresh: needsNoToken,
  logout: needsNoToken,
  requestPasswordReset: needsNoToken,
  resetPassword: needsNoToken,
  // These end the session they are asked with; whose they are is proved by the token alone.
  logoutAll: [{ cells: 'U - - - - - - - - -', input: () => ({}) }],
  changePassword: [
    {
      cells: 'U - - - - - - - - -',
      input: () => ({ currentPassword: 'a password of somebody', newPassword: 'another password of theirs' }),
    },
  ],
  listSessions: [{ cells: oneself, isReading: true, input: () => ({}) }],
  revokeSession: [
    { what: "the owner's", cells: 'U N N N N N N N N 2', input: ({ newSession }) => newSession('OW') },
  ],

  getMe: [{ cells: oneself, isReading: true, input: () => ({}) }],
  updateMe: [{ cells: oneself, input: () => ({ bio: 'of myself' }) }],
  getUser: [
    {
      what: 'the owner',
      cells: 'U N 2 2 2 2 2 2 2 2',
      isReading: true,
      input: (place) => ({ userId: owner(place) }),
    },
  ],
  searchUsers: [
    {
      what: 'the owner',
      cells: 'U 0 2 2 2 0 2 2 2 2',
      isReading: true,
      input: ({ people }) => ({ q: people.OW.username }),
      secret: owner,
    },
  ],
  upsertUser: [{ cells: nobody, input: (place) => ({ userId: target(place), displayName: 'Other' }) }],
  revokeUserTokens: [{ cells: nobody, input: (place) => ({ userId: target(place) }) }],
  getPreferences: [{ cells: oneself, isReading: true, input: () => ({}) }],
  updatePreferences: [{ cells: oneself, input: () => ({ hideReceipts: false }) }],
  listOwnChanges: [{ cells: oneself, isReading: true, input: () => ({ since: 0 }) }],
  blockUser: [{ cells: oneself, input: ({ people }) => ({ userId: people.bystander.id }) }],
  unblockUser: [{ cells: oneself, input: ({ people }) => ({ userId: people.bystander.id }) }],
  listBlocks: [{ cells: oneself, isReading: true, input: () => ({}) }],
  watchPresence: [{ cells: oneself, input: () => ({ userIds: [] }) }],
  listPresence: [{ cells: oneself, isReading: true, input: (place) => ({ ids: owner(place) }) }],
  getOwnPresence: [{ cells: oneself, isReading: true, input: () => ({}) }],
  setPresence: [{ cells: oneself, input: () => ({ state: 'online' }) }],

  createConversation: [
    {
      what: 'with the owner',
      cells: 'U I 2 2 2 D 2 2 2 -',
      input: (place) => ({ type: 'group', memberIds: [owner(place)] }),
    },
  ],
  listConversations: [{ cells: 'U 0 0 0 0 2 2 2 2 2', isReading: true, input: () => ({}) }],
  getConversation: reads(),
  updateConversation: [
    { what: 'the name', cells: admins, input: (place) => ({ ...here(place), name: 'Other' }) },
    {
      what: 'what roles may do',
      cells: owners,
      input: (place) => ({ ...here(place), settings: { roleRights: { member: 1 } } }),
    },
  ],
  archiveConversation: changes(owners),
  unarchiveConversation: changes(owners),
  deleteConversation: changes(owners),

  listMembers: reads(),
  addMembers: [
    { what: 'to a direct conversation', cells: neither, input: inDirect({ userIds: [newId()] }) },
    { cells: members, input: (place) => ({ ...here(place), userIds: [place.people.NM.id] }) },
    {
      what: 'as admins',
      cells: 'U N N N N R R R 2 2',
      input: (place) => ({ ...here(place), userIds: [place.people.NM.id], role: 'admin' }),
    },
  ],
  removeMember: [
    { what: 'a member', cells: moderators, input: about(target) },
    { what: 'an admin', cells: 'U N N N N F F R R 2', input: about(otherAdmin) },
    { what: 'the owner', cells: 'U N N N N F F R R L', input: about(owner) },
  ],
  updateMember: [
    {
      what: 'what is denied for a block',
      cells: neither,
      input: (place, as) => ({
        ...inDirect({ deny: 0 })(place, as),
        userId: place.people[as === 'BL' ? 'OW' : 'BL'].id,
      }),
    },
    { what: 'the role of a member', cells: admins, input: about(target, { role: 'moderator' }) },
    { what: 'a member to owner', cells: 'U N N N N F F F R 2', input: about(target, { role: 'owner' }) },
    {
      what: 'the role of an admin',
      cells: 'U N N N N F F F R 2',
      input: about(otherAdmin, { role: 'member' }),
    },
    { what: 'what a member may do', cells: admins, input: about(target, { deny: 1 }) },
    {
      what: 'mute of a member',
      cells: moderators,
      input: about(target, { mutedUntil: '2099-01-01T00:00:00Z' }),
    },
  ],
  leaveConversation: changes('U N N 2 N 2 2 2 2 L'),
  transferOwnership: changes(owners, about(target)),
  banMember: [
    { what: 'a member', cells: moderators, input: about(target) },
    { what: 'an admin', cells: 'U N N N N F F R R 2', input: about(otherAdmin) },
  ],
  unbanMember: changes(
    moderators,
    about(({ people }) => people.BN.id),
  ),
  listBans: [{ cells: moderators, isReading: true, input: here }],

  sendMessage: [
    ...changes(members, (place) => ({ ...here(place), id: newId(), content: 'said' })),
    { what: 'across a block', cells: silenced, input: inDirect({ id: newId(), content: 'said' }) },
  ],
  sendMessages: changes(members, (place) => ({
    ...here(place),
    messages: [{ id: newId(), content: 'said' }],
  })),
  editMessage: [
    { what: 'across a block', cells: silenced, input: inDirectOn({ content: 'changed' }) },
    { what: 'own', cells: members, input: (place, as) => ({ ...own(place, as), content: 'changed' }) },
    {
      what: "another member's",
      cells: 'U N N N N F F F F F',
      input: (place) => ({ ...message('target')(place), content: 'changed' }),
    },
  ],
  deleteMessage: [
    { what: 'own', cells: members, input: own },
    { what: "a member's", cells: moderators, input: message('target') },
    { what: "the owner's", cells: 'U N N N N F F R R 2', input: message('OW') },
  ],
  restoreMessage: [{ what: 'deleted by a member', cells: moderators, input: message('deleted') }],
  listMessages: [...reads(), { what: 'across a block', cells: pair, isReading: true, input: inDirect() }],
  getMessage: reads(message('OW')),
  listVersions: reads(message('OW')),
  addReaction: [
    ...changes(members, (place) => ({ ...message('OW')(place), emoji: ':ship:' })),
    { what: 'across a block', cells: silenced, input: inDirectOn({ emoji: ':ship:' }) },
  ],
  removeReaction: [
    ...changes(members, (place) => ({ ...message('OW')(place), emoji: ':ship:' })),
    { what: 'across a block', cells: silenced, input: inDirectOn({ emoji: ':ship:' }) },
  ],
  listReactions: reads(message('OW')),
  listReplies: reads(message('OW')),
  listThreads: reads(),
  followThread: changes(members, (place) => ({ ...here(place), rootId: place.messages.OW })),
  unfollowThread: changes(members, (place) => ({ ...here(place), rootId: place.messages.OW })),
  markRead: [
    ...changes(members, (place) => ({ ...here(place), seq: 2 })),
    { what: 'across a block', cells: pair, input: inDirect({ seq: 2 }) },
  ],
  markDelivered: changes(members, (place) => ({ ...here(place), seq: 2 })),
  markUnread: changes(members),
  listReceipts: reads(),
  setTyping: [
    ...changes(members, (place) => ({ ...here(place), isTyping: true })),
    { what: 'across a block', cells: pair, input: inDirect({ isTyping: true }) },
  ],
  listChanges: reads((place) => ({ ...here(place), since: 0 })),
  runBatch: [
    {
      what: 'of nothing to do with a conversation',
      cells: oneself,
      input: () => ({ operations: [{ operation: 'updatePreferences', input: {} }] }),
    },
    {
      // Whatever is in it is judged as if it came alone; that a refusal is an item, not an error, is all there is to see.
      what: 'of a message in the conversation',
      cells: 'U 0 0 0 0 2 2 2 2 2',
      input: ({ conversationId }) => ({
        operations: [
          { operation: 'sendMessage', input: { conversationId, id: newId(), content: 'in a batch' } },
        ],
      }),
    },
  ],
  sync: [
    {
      cells: 'U 0 0 0 0 2 2 2 2 2',
      isReading: true,
      input: ({ conversationId }) => ({ open: [{ conversationId, seq: 0 }] }),
      secret: ({ messages }) => messages.OW,
    },
  ],
};
