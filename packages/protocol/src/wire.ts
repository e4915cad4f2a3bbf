/** What a client carries at run time: everything of the protocol that needs no schema library. */
export { type CloseName, closeCodes, closeName, type ReconnectRule } from './close-codes.js';
export type {
  ChatEvent,
  EventEnvelope,
  EventKind,
  EventOf,
  Input,
  OperationName,
  Operations,
  Output,
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
export type { Session } from './features/auth.contract.js';
export type { Conversation, ConversationSummary } from './features/conversations.contract.js';
export type { Member } from './features/members.contract.js';
export type { Ack, Message } from './features/messages.contract.js';
export type { Me, User, Users } from './features/users.contract.js';
export type {
  CallFrame,
  DownFrame,
  ErrorFrame,
  EventFrame,
  Head,
  HeadsFrame,
  HelloFrame,
  PingFrame,
  PongFrame,
  RefreshedFrame,
  RefreshFrame,
  ResultFrame,
  UpFrame,
  WelcomeFrame,
} from './frames.js';
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
export {
  compareRoles,
  defaultRoleRights,
  directRoleRights,
  hasRight,
  type Right,
  type RightsInput,
  type Role,
  rights,
  roles,
} from './rights.js';
export { type Route, routes } from './routes.js';
export { codePointLength, fitsText, isDisplayName, isStorableText, isUsername, utf8Length } from './text.js';
export { protocolVersion, supportedVersions } from './version.js';
