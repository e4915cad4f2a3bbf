/** Making conversations and reading who is in them. Failures to make one rise to the dialog that asked. */
import type { ConversationSummary, User } from '@parley/client-sdk';
import type { ChatContext } from './chat-context.js';
import { addUsers, type MemberList, withEntry } from './chat-state.js';
import { putSummaries } from './conversation-list.js';

export interface Membership {
  readonly searchPeople: (text: string) => Promise<readonly User[]>;
  /** Both resolve to the conversation's id, which is in the list by then. */
  readonly createDirect: (person: User) => Promise<string>;
  readonly createGroup: (name: string, people: readonly User[]) => Promise<string>;
  readonly loadMembers: (conversationId: string) => Promise<void>;
}

const pageSize = 100;

export function createMembership(context: ChatContext): Membership {
  const { client, state } = context;

  function keep(summary: ConversationSummary, people: readonly User[]): string {
    state.update((value) => putSummaries(addUsers(value, people), [summary]));
    return summary.id;
  }

  return {
    searchPeople: async (text) => (await client.users.search({ q: text, limit: 20 })).items,
    createDirect: async (person) =>
      keep(await client.conversations.create({ type: 'direct', memberIds: [person.id] }), [person]),
    createGroup: async (name, people) => {
      const memberIds = people.map(({ id }) => id);
      return keep(
        await client.conversations.create({ type: 'group', id: client.newId(), name, memberIds }),
        people,
      );
    },
    loadMembers: (conversationId) => loadMembers(context, conversationId),
  };
}

async function loadMembers({ client, state }: ChatContext, conversationId: string): Promise<void> {
  const put = (list: MemberList) =>
    state.update((value) => ({ ...value, members: withEntry(value.members, conversationId, list) }));
  if (state.getSnapshot().members.get(conversationId)?.status !== 'ready')
    put({ status: 'waiting', items: [] });
  try {
    const items: MemberList['items'][number][] = [];
    let cursor: string | undefined;
    do {
      const page = await client.members.list({
        conversationId,
        limit: pageSize,
        ...(cursor === undefined ? {} : { cursor }),
      });
      items.push(...page.items);
      state.update((value) => addUsers(value, Object.values(page.users)));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    put({ status: 'ready', items });
  } catch {
    put({ status: 'failed', items: [] });
  }
}
