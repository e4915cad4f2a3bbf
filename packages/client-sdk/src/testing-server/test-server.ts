/**
 * A whole Parley in memory and in one thread, for tests: the contract of the real one over `fetch` and sockets, without a database, a port or a clock of its
 * own. Everything happens in the turn of the call that causes it; what is told later (presence, receipts, heartbeats) waits for the injected `after`.
 */
import { createIdFactory } from '@parley/protocol/wire';
import type { Socket, SocketHandlers } from '../platform/platform.js';
import { createExecute, type Execute, type RefuseCall } from './execute.js';
import { createHandlers } from './handlers.js';
import { createHub } from './hub.js';
import { seededRandom } from './random.js';
import { createRest, type Fetch } from './rest.js';
import { SocketSession } from './socket-session.js';
import { emptyState, type State } from './state.js';
import type { Mail, World } from './world.js';

export interface TestServerOptions {
  /** Milliseconds since 1970. @default a day on which time stands still */
  readonly now?: () => number;
  /** Calls back once after `ms`; returns its undoing. @default never: no heartbeats, no presence, no collected receipts, and waits that end with what they wait for */
  readonly after?: (ms: number, callback: () => void) => () => void;
  /** At least 0, below 1. @default the same numbers every time */
  readonly random?: () => number;
  /** Makes UUIDs. @default out of `now` and `random` */
  readonly newId?: () => string;
  /** With which the deployment's own software calls. @default 'psk_test' */
  readonly serverKey?: string;
  /** How often sockets are pinged, in milliseconds. @default 15000 */
  readonly heartbeatMs?: number;
  /** Told where a link for a new password would be mailed. @default nothing is done */
  readonly mail?: (mail: Mail) => void;
  /** Refuses calls before they are carried out, as rate limits do. @default none */
  readonly refuse?: RefuseCall;
}

export interface TestServer {
  /** As the platform's: any address whose path has `/v1/` in it. */
  readonly fetch: Fetch;
  /** As the platform's. The address is not looked at. */
  readonly openSocket: (url: string, handlers: SocketHandlers) => Socket;
  /** Cuts every socket and every wait, and keeps what is stored: a crash and a start. */
  readonly restart: () => void;
  /** Asks all sockets to move within so many milliseconds, and closes none. */
  readonly drain: (withinMs: number) => void;
  /** What is stored now, to be restored later, here or in another server. */
  readonly snapshot: () => Backup;
  /** Goes back to a backup as another history: clients drop what they hold. Cuts every socket. */
  readonly restoreBackup: (backup: Backup) => void;
  /** How many sockets there are. */
  readonly countSockets: () => number;
  /** Cuts everything and ends its timers. */
  readonly close: () => void;
}

declare const backupBrand: unique symbol;
/** What a test server had stored. */
export type Backup = { readonly [backupBrand]: true };

const startOfTime = Date.UTC(2026, 0, 1);

export function createTestServer(options: TestServerOptions = {}): TestServer {
  const { now = () => startOfTime, after = () => () => {}, random = seededRandom(1) } = options;
  const { heartbeatMs = 15_000, serverKey = 'psk_test' } = options;
  const randomBytes = (bytes: Uint8Array): void => {
    for (const at of bytes.keys()) bytes[at] = Math.floor(random() * 256);
  };
  const newId = options.newId ?? createIdFactory({ now, randomBytes });
  const hub = createHub(() => world);
  const mail = options.mail ?? (() => {});
  const world: World = { state: emptyState(newId()), now, after, random, newId, hub, mail };
  // A batch goes the same road again for each of its commands.
  const again: Execute = (request) => execute(request);
  const { handlers, forget } = createHandlers(world, again);
  const execute = createExecute({ world, handlers, refuseCall: options.refuse ?? (() => undefined) });
  const sessions = new Set<SocketSession>();
  const cutAll = () => {
    for (const session of [...sessions]) session.cut();
    hub.close();
    forget();
  };
  const beats = createBeats({ after, heartbeatMs, sessions });
  return {
    fetch: createRest({ world, execute, serverKey, settle: () => hub.endDead() }),
    openSocket: (_url, handlers) => {
      const onEnd = (gone: SocketSession) => void sessions.delete(gone);
      const session = new SocketSession({ world, hub, execute, heartbeatMs, onEnd }, handlers);
      sessions.add(session);
      beats.start();
      return session;
    },
    restart: cutAll,
    drain: (withinMs) => {
      for (const session of [...sessions]) session.moveAway(withinMs);
    },
    // A backup is a copy of the state under another name, so that nobody reads it.
    snapshot: () => structuredClone(world.state) as unknown as Backup,
    restoreBackup: (backup) => {
      cutAll();
      world.state = { ...structuredClone(backup as unknown as State), epoch: newId() };
    },
    countSockets: () => sessions.size,
    close: () => {
      cutAll();
      beats.stop();
    },
  };
}

interface Beating {
  readonly after: World['after'];
  readonly heartbeatMs: number;
  readonly sessions: ReadonlySet<SocketSession>;
}

/** One timer for all sockets, while there are any. */
function createBeats({ after, heartbeatMs, sessions }: Beating) {
  let stop: (() => void) | undefined;
  const beat = (): void => {
    stop = undefined;
    for (const session of [...sessions]) session.beat();
    if (sessions.size > 0) start();
  };
  const start = (): void => {
    stop ??= after(heartbeatMs, beat);
  };
  return { start, stop: () => stop?.() };
}
