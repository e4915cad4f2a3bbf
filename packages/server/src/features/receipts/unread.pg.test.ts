import { type ConversationId, type MessageId, unread } from '@parley/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Actor } from '../../access/actor.js';
import { callAs } from '../../testing/callers.js';
import { describeEachEngine, type TestEngine } from '../../testing/describe-each-engine.js';
import { newMessageId, seedUser } from '../../testing/seed.js';

type By = 'writer' | 'reader';
type Step =
  | { readonly type: 'send'; readonly by: By }
  /** To the message at this share of those that can have a thread. */
  | { readonly type: 'reply'; readonly by: By; readonly at: number }
  | {
      readonly type: 'delete' | 'restore' | 'read' | 'readThread' | 'markUnread' | 'follow' | 'unfollow';
      readonly at: number;
    };

const by = fc.constantFrom<By>('writer', 'reader');
const at = fc.double({ min: 0, max: 0.999, noNaN: true });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('send' as const), by }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('reply' as const), by, at }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'delete' as const,
        'restore' as const,
        'read' as const,
        'readThread' as const,
        'markUnread' as const,
        'follow' as const,
        'unfollow' as const,
      ),
      at,
    }),
  },
);

interface Sent {
  readonly id: MessageId;
  readonly seq: number;
  readonly by: By;
  /** Null for the conversation itself. */
  readonly rootId: MessageId | null;
  isRead: boolean;
  isDeleted: boolean;
}

describeEachEngine('the unread count', (open) => {
  it('is what somebody finds who crosses out one by one what was read and deleted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const history = await History.begin(open());
        for (const one of steps) await history.play(one);
        await history.check();
      }),
      { numRuns: 15 },
    );
  });
});

/** A conversation of two, and the crosses of the one who reads. */
class History {
  readonly #messages: Sent[] = [];
  readonly #people: Record<By, Actor>;
  readonly #engine: TestEngine;
  readonly #conversationId: ConversationId;
  /** What the reader said last of a thread, by its root; a reply of theirs says that they follow. */
  readonly #following = new Map<MessageId, boolean>();
  #unreadFromSeq: number | null = null;

  private constructor(engine: TestEngine, people: Record<By, Actor>, conversationId: ConversationId) {
    this.#engine = engine;
    this.#people = people;
    this.#conversationId = conversationId;
  }

  static async begin(engine: TestEngine): Promise<History> {
    const people = { writer: await seedUser(engine.database), reader: await seedUser(engine.database) };
    const { id } = await callAs(engine, people.writer)('createConversation', {
      type: 'group',
      name: 'ours',
      memberIds: [people.reader.userId],
    });
    return new History(engine, people, id);
  }

  async play(one: Step): Promise<void> {
    if (one.type === 'send') return this.#send(one.by, null);
    if (one.type === 'reply') {
      const root = this.#pick(one.at, (message) => message.rootId === null && !message.isDeleted);
      return root === undefined ? undefined : this.#send(one.by, root.id);
    }
    const isFit = ({ isDeleted }: Sent) =>
      one.type === 'delete' ? !isDeleted : one.type === 'restore' ? isDeleted : true;
    const target = this.#pick(one.at, isFit);
    if (target !== undefined) await this.#act(one.type, target);
  }

  async #act(type: Exclude<Step['type'], 'send' | 'reply'>, target: Sent): Promise<void> {
    const conversationId = this.#conversationId;
    const { seq, id: messageId } = target;
    const rootId = target.rootId ?? target.id;
    switch (type) {
      case 'delete':
      case 'restore':
        await this.#as(target.by)(`${type}Message`, { conversationId, messageId });
        target.isDeleted = type === 'delete';
        return;
      case 'read':
        await this.#as('reader')('markRead', { conversationId, seq });
        return this.#cross(null, seq);
      case 'readThread':
        await this.#as('reader')('markRead', { conversationId, seq, threadId: rootId });
        return this.#cross(rootId, seq);
      case 'markUnread':
        await this.#as('reader')('markUnread', { conversationId, fromSeq: seq });
        this.#unreadFromSeq = seq;
        return;
      case 'follow':
      case 'unfollow': {
        const own = await this.#as('reader')(`${type}Thread`, { conversationId, rootId });
        this.#following.set(rootId, type === 'follow');
        expect(own.unreadCount).toBe(this.#unreadIn(rootId));
        return;
      }
      default:
        return type satisfies never;
    }
  }

  async check(): Promise<void> {
    const conversationId = this.#conversationId;
    // Takes along what follows from sending, and says nothing new itself.
    await this.#as('reader')('markDelivered', { conversationId, seq: 0 });
    const { mine } = await this.#as('reader')('getConversation', { conversationId });
    expect(mine.unreadCount).toBe(this.#uncrossed(null).length);
    expect(mine.unreadFromSeq).toBe(this.#unreadFromSeq);
    expect(await this.#byPureRule()).toBe(mine.unreadCount);
    for (const root of this.#messages.filter(({ rootId }) => rootId === null)) {
      const marks = await this.#as('reader')('markRead', { conversationId, seq: 0, threadId: root.id });
      expect(marks.unreadCount).toBe(this.#unreadIn(root.id));
    }
    const { items, mine: own } = await this.#as('reader')('listThreads', { conversationId, limit: 100 });
    for (const { root } of items)
      expect(own.threads[root.id]).toMatchObject({
        isFollowed: this.#isFollowed(root.id),
        unreadCount: this.#unreadIn(root.id),
      });
    const followed = await this.#as('reader')('listThreads', { conversationId, limit: 100, followed: true });
    expect(followed.items).toEqual(items.filter(({ root }) => this.#isFollowed(root.id)));
  }

  /** What a client would find with the rows it knows. */
  async #byPureRule(): Promise<number> {
    const [row] = await this.#engine.query<{ last_ord: number; floor_ord: number; read_ord: number }>(
      `select h.last_ord, h.floor_ord, m.read_ord from parley.conversation_heads h
       join parley.members m on m.conversation_id = h.conversation_id and m.user_id = $2 where h.conversation_id = $1`,
      [this.#conversationId, this.#people.reader.userId],
    );
    if (row === undefined) throw new Error('the reader is no member');
    const ofScope = this.#messages.filter(({ rootId }) => rootId === null);
    return unread({
      lastOrd: row.last_ord,
      readOrd: row.read_ord,
      floorOrd: row.floor_ord,
      deletedAfter: ofScope.filter(({ isDeleted }, index) => isDeleted && index + 1 > row.read_ord).length,
    });
  }

  async #send(sender: By, rootId: MessageId | null): Promise<void> {
    const id = newMessageId();
    const { seq } = await this.#as(sender)('sendMessage', {
      conversationId: this.#conversationId,
      id,
      content: 'hello',
      ...(rootId === null ? {} : { threadId: rootId }),
    });
    this.#messages.push({ id, seq, by: sender, rootId, isRead: false, isDeleted: false });
    if (sender !== 'reader') return;
    if (rootId !== null) this.#following.set(rootId, true);
    this.#cross(rootId, seq);
  }

  #cross(rootId: MessageId | null, upTo: number): void {
    if (rootId === null) this.#unreadFromSeq = null;
    for (const message of this.#messages)
      if (message.rootId === rootId && message.seq <= upTo) message.isRead = true;
  }

  /** Who wrote the root follows until they say otherwise. */
  #isFollowed(rootId: MessageId): boolean {
    const root = this.#messages.find(({ id }) => id === rootId);
    return this.#following.get(rootId) ?? root?.by === 'reader';
  }

  #unreadIn(rootId: MessageId): number {
    return this.#isFollowed(rootId) ? this.#uncrossed(rootId).length : 0;
  }

  #uncrossed(rootId: MessageId | null): Sent[] {
    return this.#messages.filter(
      (message) => message.rootId === rootId && !message.isRead && !message.isDeleted,
    );
  }

  #pick(share: number, isFit: (message: Sent) => boolean): Sent | undefined {
    const fit = this.#messages.filter(isFit);
    return fit[Math.floor(share * fit.length)];
  }

  #as(who: By) {
    return callAs(this.#engine, this.#people[who]);
  }
}
