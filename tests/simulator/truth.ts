/** A conversation as the server has it, read without a network between: the log, the pages of state, and who is in it. */
import type { TestServer } from '@parley/client-sdk/testing';
import type { ChatEvent, Member, Output } from '@parley/protocol/wire';
import { Replica } from '../checker/replica.js';
import type { LogEntry, RunView } from '../checker/run-history.js';
import { toEntry } from '../checker/to-entry.js';
import { ask } from './ask.js';
import type { Account } from './sign-in.js';
import { logIn } from './sign-in.js';

export interface Truth {
  readonly conversationId: string;
  readonly log: readonly LogEntry[];
  readonly memberIds: ReadonlySet<string>;
  readonly views: readonly RunView[];
}

export async function readTruth(
  server: Pick<TestServer, 'fetch'>,
  owner: Account,
  conversationId: string,
): Promise<Truth> {
  const token = (await logIn(server, owner)).accessToken;
  const base = `/v1/conversations/${conversationId}`;
  const log: LogEntry[] = [];
  const replicas = { log: new Replica(), state: new Replica() };
  for (const mode of ['log', 'state'] as const)
    for (let since = 0, head = 1; since < head; ) {
      const route = `GET ${base}/changes?since=${since}&mode=${mode}&limit=100`;
      const page = await ask<Output<'listChanges'>>(server, route, { token });
      if (page.mode === 'reset') throw new Error('the log was cut, which no run asks for');
      replicas[mode].applyPage(page);
      // Kind and data come together, as the contract of the kind says.
      if (page.mode === 'log') log.push(...page.items.map((item) => toEntry(item as unknown as ChatEvent)));
      since = page.to;
      head = page.head;
    }
  const members = await ask<{ readonly items: readonly Member[] }>(server, `GET ${base}/members?limit=100`, {
    token,
  });
  return {
    conversationId,
    log,
    memberIds: new Set(members.items.map(({ userId }) => userId)),
    views: Object.entries(replicas).map(([observer, replica]) => ({
      observer,
      conversationId,
      rows: replica.rows(),
    })),
  };
}
