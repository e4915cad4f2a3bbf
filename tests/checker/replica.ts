import type { ChangesPage, ChatEvent, Conversation, Member, Message, Thread } from '@parley/protocol/wire';

interface Row<Value> {
  readonly rev: number;
  readonly value: Value | null;
}

/**
 * What somebody shows of one conversation, from events and pages by the rule of `rev` and nothing else. As tests/support/projection.ts, but in place: a
 * run of minutes gives hundreds of thousands of events. What is the viewer's own is left out, because events of the past do not tell it.
 */
export class Replica {
  #conversation: Conversation | null = null;
  readonly #messages = new Map<string, Row<Message>>();
  readonly #members = new Map<string, Row<Member>>();
  readonly #threads = new Map<string, Row<Thread>>();

  applyEvent(event: ChatEvent): void {
    switch (event.kind) {
      case 'conversation.created':
      case 'members.added':
        this.putConversation(event.data.conversation);
        for (const member of event.data.members)
          put(this.#members, member.userId, { rev: member.rev, value: member });
        return;
      case 'conversation.updated':
        return this.putConversation(event.data.conversation);
      case 'conversation.deleted':
        return this.#purge();
      case 'members.updated':
        return this.putMembers(event.data.members);
      case 'members.removed':
        this.putConversation(event.data.conversation);
        for (const userId of event.data.userIds) put(this.#members, userId, { rev: event.seq, value: null });
        return;
      case 'message.created':
      case 'message.updated':
      case 'message.deleted': {
        const { thread, ...message } = event.data;
        put(this.#messages, message.id, { rev: message.rev, value: message });
        if (thread !== undefined) put(this.#threads, thread.rootId, { rev: thread.rev, value: thread });
        return;
      }
      case 'reaction.added':
      case 'reaction.removed':
        put(this.#messages, event.data.message.id, {
          rev: event.data.message.rev,
          value: event.data.message,
        });
        return;
      default:
        return event satisfies never;
    }
  }

  /** Takes a page of either mode. Throws for one that says to begin anew. */
  applyPage(page: ChangesPage): void {
    if (page.mode === 'reset') throw new Error('the log was cut, which no run asks for');
    if (page.mode === 'log') {
      // Kind and data come together, as the contract of the kind says.
      for (const event of page.items) this.applyEvent(event as unknown as ChatEvent);
      return;
    }
    if (page.conversation !== null) this.putConversation(page.conversation);
    for (const member of page.members) put(this.#members, member.userId, { rev: member.rev, value: member });
    for (const { userId, rev } of page.gone) put(this.#members, userId, { rev: rev, value: null });
    for (const thread of page.threads) put(this.#threads, thread.rootId, { rev: thread.rev, value: thread });
    this.putMessages(page.messages);
  }

  putMessages(messages: readonly Message[]): void {
    for (const message of messages) put(this.#messages, message.id, { rev: message.rev, value: message });
  }

  putMembers(members: readonly Member[]): void {
    for (const member of members) put(this.#members, member.userId, { rev: member.rev, value: member });
  }

  putThreads(threads: readonly Thread[]): void {
    for (const thread of threads) put(this.#threads, thread.rootId, { rev: thread.rev, value: thread });
  }

  putConversation(conversation: Conversation): void {
    if (conversation.rev > (this.#conversation?.rev ?? 0)) this.#conversation = conversation;
  }

  /** Nothing of a deleted conversation is kept. */
  #purge(): void {
    this.#conversation = null;
    for (const table of [this.#messages, this.#members, this.#threads]) table.clear();
  }

  hasThread(rootId: string): boolean {
    return this.#threads.has(rootId);
  }

  /** Every row that is shown, as text that is the same for the same. */
  rows(): Map<string, string> {
    const rows = new Map<string, string>();
    if (this.#conversation !== null) rows.set('conversation', canonical(this.#conversation));
    for (const [name, table] of [
      ['message', this.#messages],
      ['member', this.#members],
      ['thread', this.#threads],
    ] as const)
      for (const [id, { value }] of table) if (value !== null) rows.set(`${name} ${id}`, canonical(value));
    return rows;
  }
}

function put<Value>(table: Map<string, Row<Value>>, id: string, row: Row<Value>): void {
  if (row.rev > (table.get(id)?.rev ?? 0)) table.set(id, row);
}

function canonical(value: object): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
