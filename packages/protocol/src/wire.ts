/** What a client carries at run time: everything of the protocol that needs no schema library. */
export { type CloseName, closeCodes, closeName, type ReconnectRule } from './close-codes.js';
export type {
  ChatEvent,
  ChatSignal,
  EventEnvelope,
  EventKind,
  EventOf,
  Input,
  OperationName,
  Operations,
  Output,
  OwnEvent,
  OwnEventKind,
  OwnEventOf,
  ServerOperationName,
  SignalKind,
  SignalOf,
} from './contracts.js';
export { directConversationId } from './direct-conversation-id.js';
export {
  type ErrorBody,
  type ErrorCode,
  type ErrorDetail,
  type ErrorRow,
  errorTable,
  isErrorCode,
  ParleyError,
  type ParleyErrorOptions,
} from './errors.js';
export type { OwnSession, Session } from './features/auth.contract.js';
export type { BatchOutcome } from './features/batch.contract.js';
export type { Block } from './features/blocks.contract.js';
export type { Conversation, ConversationSummary } from './features/conversations.contract.js';
export type { Ack, MessageVersion } from './features/messages.contract.js';
export type { Preferences } from './features/preferences.contract.js';
export type { OwnPresence, Presence, Status } from './features/presence.contract.js';
export type { Reaction } from './features/reactions.contract.js';
export type { Receipt } from './features/receipts.contract.js';
export type { ChangesPage, OwnChangesPage } from './features/sync.contract.js';
export type { ManagedUser, Me, Profile, User, Users } from './features/users.contract.js';
export type {
  CallFrame,
  DownFrame,
  ErrorFrame,
  EventFrame,
  GoingAwayFrame,
  Head,
  HeadFrame,
  HeadsFrame,
  HelloFrame,
  OpenFrame,
  OwnHeadFrame,
  PingFrame,
  PongFrame,
  RefreshedFrame,
  RefreshFrame,
  ResultFrame,
  SignalFrame,
  UpFrame,
  WelcomeFrame,
} from './frames.js';
export { headsDigest, idHash } from './heads-digest.js';
export {
  type Branded,
  type ConversationId,
  createIdFactory,
  type IdSource,
  isUuid,
  type MessageId,
  type OpId,
  type SessionId,
  type TenantId,
  type UserId,
} from './ids.js';
export { limits } from './limits.js';
export type { Member } from './resources/member.js';
export type { Message, ReactionCount } from './resources/message.js';
export type { BesideMessages, Mine, OwnThread } from './resources/message-page.js';
export type { Thread } from './resources/thread.js';
export type { Watermarks } from './resources/watermarks.js';
export {
  allRights,
  blockedMark,
  compareRoles,
  defaultRoleRights,
  deniedByBlock,
  directRoleRights,
  hasRight,
  type Right,
  type RightsInput,
  type Role,
  refusalOf,
  rights,
  rightsOf,
  roles,
  speech,
} from './rights.js';
export { type Route, routes } from './routes.js';
export { codePointLength, fitsText, isDisplayName, isStorableText, isUsername, utf8Length } from './text.js';
export { type UnreadInput, unread } from './unread.js';
export { protocolVersion, supportedVersions } from './version.js';
