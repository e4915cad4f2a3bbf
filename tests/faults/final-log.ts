import type { ChatEvent, Message, Output } from '@parley/protocol/wire';
import type { Entry, Observation, Seen } from '../checker/history.js';
import { asLogPage } from '../support/log-page.js';
import { callAs, type Person } from '../support/people.js';

export interface Reader {
  readonly url: string;
  readonly person: Person;
}

/** An event as the checker sees it. */
export function toSeen(event: ChatEvent): Seen {
  return event.kind === 'message.created' ? { seq: event.seq, message: event.data } : { seq: event.seq };
}

/** The whole log of a conversation, page by page. */
export async function readLog(by: Reader, conversationId: string, limit = 100): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (let since = 0; ; ) {
    const page = asLogPage(await callAs(by, 'listChanges', { conversationId, since, limit, mode: 'log' }));
    // `kind` and `data` are what the contract of the kind says.
    for (const event of page.items)
      entries.push({ conversationId, ...toSeen(event as unknown as ChatEvent) });
    if (page.to >= page.head) return entries;
    since = page.to;
  }
}

/** The history of a conversation, walked through pages of messages from the start or from the end. */
export async function walkPages(
  by: Reader,
  conversationId: string,
  direction: 'forward' | 'backward',
): Promise<Observation> {
  const pages: (readonly Message[])[] = [];
  let cursor: string | undefined = direction === 'forward' ? '0' : undefined;
  do {
    const at = direction === 'forward' ? { after: cursor } : { before: cursor };
    const page: Output<'listMessages'> = await callAs(by, 'listMessages', {
      conversationId,
      limit: 100,
      ...(cursor === undefined ? {} : at),
    });
    pages.push(page.items);
    cursor = direction === 'forward' ? page.nextCursor : page.previousCursor;
  } while (cursor !== undefined);
  const inOrder = direction === 'forward' ? pages : pages.reverse();
  const seen = inOrder.flat().map((message): Seen => ({ seq: message.seq, message }));
  return { observer: `pages ${direction}`, conversationId, seen, covers: 'messages' };
}
