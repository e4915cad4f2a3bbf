import type { ChatEvent, Output } from '@parley/protocol/wire';
import { Replica } from '../checker/replica.js';
import type { LogEntry, RunView } from '../checker/run-history.js';
import { toEntry } from '../checker/to-entry.js';
import { callAs, type Person } from '../support/people.js';

export interface Reader {
  readonly url: string;
  readonly person: Person;
}

/** A conversation read back in every way there is, by a member. */
export interface ReadBack {
  readonly conversationId: string;
  readonly log: readonly LogEntry[];
  readonly memberIds: ReadonlySet<string>;
  readonly views: readonly RunView[];
}

/** Reads the log, the pages of state, and the tables as pages of messages, replies and members. */
export async function readBack(by: Reader, conversationId: string): Promise<ReadBack> {
  const log: LogEntry[] = [];
  const ofLog = new Replica();
  await readChanges(by, { conversationId, mode: 'log' }, (page) => {
    ofLog.applyPage(page);
    // Kind and data come together, as the contract of the kind says.
    if (page.mode === 'log') log.push(...page.items.map((event) => toEntry(event as unknown as ChatEvent)));
  });
  const ofState = new Replica();
  await readChanges(by, { conversationId, mode: 'state' }, (page) => ofState.applyPage(page));
  const { replica: ofTables, memberIds } = await readTables(by, conversationId);
  const views = Object.entries({ log: ofLog, state: ofState, tables: ofTables }).map(
    ([observer, replica]) => ({
      observer,
      conversationId,
      rows: replica.rows(),
    }),
  );
  return { conversationId, log, memberIds, views };
}

async function readChanges(
  by: Reader,
  input: { readonly conversationId: string; readonly mode: 'log' | 'state' },
  take: (page: Output<'listChanges'>) => void,
): Promise<void> {
  for (let since = 0; ; ) {
    const page = await callAs(by, 'listChanges', { ...input, since, limit: 100 });
    take(page);
    if (page.mode === 'reset') throw new Error(`the log of ${input.conversationId} was cut`);
    if (page.to >= page.head) return;
    since = page.to;
  }
}

async function readTables(by: Reader, conversationId: string) {
  const replica = new Replica();
  const {
    lastSeq: _,
    lastMessage: __,
    lastActivityAt: ___,
    mine: ____,
    ...conversation
  } = await callAs(by, 'getConversation', { conversationId });
  replica.putConversation(conversation);
  const roots = await walk(
    (cursor) => callAs(by, 'listMessages', { conversationId, limit: 100, after: cursor ?? '0' }),
    (page) => replica.putThreads(Object.values(page.threads)),
  );
  replica.putMessages(roots);
  for (const { id } of roots) await readReplies(by, { conversationId, messageId: id }, replica);
  const members = await walk((cursor) =>
    callAs(by, 'listMembers', { conversationId, limit: 100, ...(cursor === undefined ? {} : { cursor }) }),
  );
  replica.putMembers(members);
  return { replica, memberIds: new Set<string>(members.map(({ userId }) => userId)) };
}

async function readReplies(
  by: Reader,
  place: { readonly conversationId: string; readonly messageId: string },
  replica: Replica,
): Promise<void> {
  if (!replica.hasThread(place.messageId)) return;
  const replies = await walk((cursor) =>
    callAs(by, 'listReplies', { ...place, limit: 100, after: cursor ?? '0' }),
  );
  replica.putMessages(replies);
}

/** All items of a list, page by page. */
async function walk<
  Page extends { readonly items: readonly unknown[]; readonly nextCursor?: string | undefined },
>(
  read: (cursor: string | undefined) => Promise<Page>,
  look: (page: Page) => void = () => {},
): Promise<Page['items'][number][]> {
  const items: Page['items'][number][] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    look(page);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}
