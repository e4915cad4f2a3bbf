/** The Parley server: as a function, and as a Fastify plugin. */
export { type ChatEvent, ParleyError } from '@parley/protocol';
export type {
  Auth,
  BuiltinAuth,
  ClaimNames,
  CustomAuth,
  ForeignUser,
  JwtAuth,
  PublicKeyAlgorithm,
  SecretAlgorithm,
} from './access/auth-options.js';
export type { ServerKey } from './access/server-keys.js';
export type {
  AnyHookCommand,
  BeforeCommand,
  CommandName,
  HookActor,
  HookCall,
  HookCommand,
  Hooks,
  HookVerdict,
  OnHookFailure,
} from './kernel/hooks/hooks.js';
export type { CallOptions, Calls, SystemCalls } from './kernel/in-process.js';
export type { Parley } from './kernel/parley.js';
export type { RefusedOperation } from './kernel/pending/drain.js';
export type { PendingOperation, PendingState } from './kernel/pending/pending.store.js';
export type { PendingOperations } from './kernel/pending/pending-operations.js';
export type { AppTransaction } from './kernel/pending/standing.store.js';
export { type ParleyTransaction, TransactionTooLongError } from './kernel/pending/transaction.js';
export type { PendingCalls, TransactionCalls, Written } from './kernel/pending/with-transaction.js';
export type { ParleyOptions } from './options.js';
export { parley } from './plugin.js';
export { createServer, type ServerOptions } from './server.js';
