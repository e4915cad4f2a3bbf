import core from './0001-core.sql';
import changesOfMessages from './0002-changes-of-messages.sql';
import receipts from './0003-receipts.sql';
import pendingOperations from './0004-pending-operations.sql';
import sessions from './0005-sessions.sql';
import identities from './0006-identities.sql';
import roles from './0007-roles.sql';
import preferences from './0008-preferences.sql';
import userLog from './0009-user-log.sql';
import blocks from './0010-blocks.sql';

export interface Migration {
  /** Number and subject; never renamed. */
  readonly name: string;
  /** Never changed once released. A semicolon ends a statement only at the end of a line. */
  readonly up: string;
}

/** In the order they are applied. */
export const migrations: readonly Migration[] = [
  { name: '0001-core', up: core },
  { name: '0002-changes-of-messages', up: changesOfMessages },
  { name: '0003-receipts', up: receipts },
  { name: '0004-pending-operations', up: pendingOperations },
  { name: '0005-sessions', up: sessions },
  { name: '0006-identities', up: identities },
  { name: '0007-roles', up: roles },
  { name: '0008-preferences', up: preferences },
  { name: '0009-user-log', up: userLog },
  { name: '0010-blocks', up: blocks },
];
