import type { ConversationId, Input, OperationName, UserId } from '@parley/protocol';
import { rights } from '@parley/protocol';
import type { Actor } from '../../packages/server/src/access/actor.js';
import { callAs } from '../../packages/server/src/testing/callers.js';
import type { TestEngine } from '../../packages/server/src/testing/describe-each-engine.js';
import { newMessageId } from '../../packages/server/src/testing/seed.js';

/** A conversation that people do everything to, one entry of the log after the other. */
export interface RandomHistory {
  readonly conversationId: ConversationId;
  /** Does one thing that is allowed and adds an entry: first one of each kind, then any. */
  step(): Promise<void>;
}

interface Scene {
  readonly engine: TestEngine;
  readonly random: () => number;
  /** Makes the conversation and never leaves it. */
  readonly viewer: Actor;
  readonly others: readonly Actor[];
}

type Known = { readonly id: string; readonly sender: Actor; readonly isRoot: boolean };

const emojis = ['👍', '🎉', ':ship:'];

export async function beginHistory(scene: Scene): Promise<RandomHistory> {
  const { engine, viewer, others } = scene;
  const { id } = await callAs(engine, viewer)('createConversation', {
    type: 'group',
    name: 'everything',
    memberIds: others.slice(0, 2).map(({ userId }) => userId),
  });
  const conversationId = id as ConversationId;
  const players = new Players(scene, conversationId);
  return { conversationId, step: () => players.step() };
}

/** Keeps what is there to be changed: messages that live or were deleted by their senders, reactions that stand, members that are in. */
class Players {
  readonly #scene: Scene;
  readonly #conversationId: ConversationId;
  readonly #live: Known[] = [];
  readonly #deleted: Known[] = [];
  readonly #reactions: { readonly by: Actor; readonly messageId: string; readonly emoji: string }[] = [];
  readonly #present: Set<UserId>;

  constructor(scene: Scene, conversationId: ConversationId) {
    this.#scene = scene;
    this.#conversationId = conversationId;
    this.#present = new Set(scene.others.slice(0, 2).map(({ userId }) => userId));
  }

  /** One of each kind, each possible after those before it. */
  readonly #opening = [
    () => this.#send(),
    () => this.#edit(),
    () => this.#react(),
    () => this.#unreact(),
    () => this.#replyInThread(),
    () => this.#remove(),
    () => this.#restore(),
    () => this.#add(),
    () => this.#changePlace(),
    () => this.#rename(),
    () => this.#takeOut(),
  ];

  /** Tries things until one of them is possible. */
  async step(): Promise<void> {
    if ((await this.#opening.shift()?.()) === true) return;
    const things = [
      () => this.#send(),
      () => this.#send(),
      () => this.#reply(),
      () => this.#replyInThread(),
      () => this.#replyInThread(),
      () => this.#edit(),
      () => this.#remove(),
      () => this.#restore(),
      () => this.#react(),
      () => this.#react(),
      () => this.#unreact(),
      () => this.#add(),
      () => this.#takeOut(),
      () => this.#rename(),
      () => this.#changePlace(),
      () => this.#ban(),
    ];
    while (!(await this.#pick(things)()));
  }

  async #send(): Promise<boolean> {
    const sender = this.#member();
    const id = newMessageId();
    await this.#as(sender, 'sendMessage', {
      conversationId: this.#conversationId,
      id,
      content: `words ${id}`,
    });
    this.#live.push({ id, sender, isRoot: true });
    return true;
  }

  async #reply(): Promise<boolean> {
    const answered = this.#find(() => true);
    if (answered === undefined) return false;
    const sender = this.#member();
    const id = newMessageId();
    const input = { conversationId: this.#conversationId, id, content: 'an answer', replyToId: answered.id };
    await this.#as(sender, 'sendMessage', input);
    this.#live.push({ id, sender, isRoot: true });
    return true;
  }

  async #replyInThread(): Promise<boolean> {
    const root = this.#find(({ isRoot }) => isRoot);
    if (root === undefined) return false;
    const sender = this.#member();
    const id = newMessageId();
    const input = { conversationId: this.#conversationId, id, content: 'in the thread', threadId: root.id };
    await this.#as(sender, 'sendMessage', input);
    this.#live.push({ id, sender, isRoot: false });
    return true;
  }

  async #edit(): Promise<boolean> {
    const message = this.#find(({ sender }) => this.#isIn(sender));
    if (message === undefined) return false;
    const content = `other words ${newMessageId()}`;
    const input = { conversationId: this.#conversationId, messageId: message.id, content };
    await this.#as(message.sender, 'editMessage', input);
    return true;
  }

  async #remove(): Promise<boolean> {
    const message = this.#find(({ sender }) => this.#isIn(sender));
    if (message === undefined) return false;
    const input = { conversationId: this.#conversationId, messageId: message.id };
    await this.#as(message.sender, 'deleteMessage', input);
    this.#live.splice(this.#live.indexOf(message), 1);
    this.#deleted.push(message);
    for (const reaction of this.#reactions.filter(({ messageId }) => messageId === message.id))
      this.#reactions.splice(this.#reactions.indexOf(reaction), 1);
    return true;
  }

  async #restore(): Promise<boolean> {
    const message = this.#deleted.find(({ sender }) => this.#isIn(sender));
    if (message === undefined) return false;
    const input = { conversationId: this.#conversationId, messageId: message.id };
    await this.#as(message.sender, 'restoreMessage', input);
    this.#deleted.splice(this.#deleted.indexOf(message), 1);
    this.#live.push(message);
    return true;
  }

  async #react(): Promise<boolean> {
    const message = this.#find(() => true);
    const by = this.#member();
    const emoji = this.#pick(emojis);
    const isThere = this.#reactions.some(
      (each) => each.by === by && each.messageId === message?.id && each.emoji === emoji,
    );
    if (message === undefined || isThere) return false;
    await this.#as(by, 'addReaction', { conversationId: this.#conversationId, messageId: message.id, emoji });
    this.#reactions.push({ by, messageId: message.id, emoji });
    return true;
  }

  async #unreact(): Promise<boolean> {
    const standing = this.#reactions.filter(({ by }) => this.#isIn(by));
    if (standing.length === 0) return false;
    const reaction = this.#pick(standing);
    const { by, messageId, emoji } = reaction;
    await this.#as(by, 'removeReaction', { conversationId: this.#conversationId, messageId, emoji });
    this.#reactions.splice(this.#reactions.indexOf(reaction), 1);
    return true;
  }

  async #add(): Promise<boolean> {
    const out = this.#scene.others.filter(({ userId }) => !this.#present.has(userId));
    if (out.length === 0) return false;
    const { userId } = this.#pick(out);
    const input = { conversationId: this.#conversationId, userIds: [userId] };
    await this.#as(this.#scene.viewer, 'addMembers', input);
    this.#present.add(userId);
    return true;
  }

  /** By the owner, or by themselves. */
  async #takeOut(): Promise<boolean> {
    const present = this.#scene.others.filter(({ userId }) => this.#present.has(userId));
    if (present.length === 0) return false;
    const target = this.#pick(present);
    const by = this.#scene.random() < 0.5 ? target : this.#scene.viewer;
    const input = { conversationId: this.#conversationId, userId: target.userId };
    await this.#as(by, 'removeMember', input);
    this.#present.delete(target.userId);
    return true;
  }

  async #rename(): Promise<boolean> {
    const input = { conversationId: this.#conversationId, name: `name ${newMessageId()}` };
    await this.#as(this.#scene.viewer, 'updateConversation', input);
    return true;
  }

  /** Nothing that takes from them what they need to write. */
  async #changePlace(): Promise<boolean> {
    const present = this.#scene.others.filter(({ userId }) => this.#present.has(userId));
    if (present.length === 0) return false;
    const { userId } = this.#pick(present);
    const change = this.#pick([
      { role: 'moderator' as const },
      { role: 'admin' as const },
      { allow: rights.update_conversation },
      { deny: rights.add_members },
    ]);
    const input = { conversationId: this.#conversationId, userId, ...change };
    await this.#as(this.#scene.viewer, 'updateMember', input);
    return true;
  }

  /** Lifted at once, so that they can be added again. */
  async #ban(): Promise<boolean> {
    const present = this.#scene.others.filter(({ userId }) => this.#present.has(userId));
    if (present.length === 0) return false;
    const { userId } = this.#pick(present);
    const input = { conversationId: this.#conversationId, userId };
    await this.#as(this.#scene.viewer, 'banMember', input);
    await this.#as(this.#scene.viewer, 'unbanMember', input);
    this.#present.delete(userId);
    return true;
  }

  #as<Name extends OperationName>(actor: Actor, name: Name, input: Input<Name>) {
    return callAs(this.#scene.engine, actor)(name, input);
  }

  #isIn({ userId }: Actor): boolean {
    return userId === this.#scene.viewer.userId || this.#present.has(userId);
  }

  #member(): Actor {
    return this.#pick([this.#scene.viewer, ...this.#scene.others].filter((actor) => this.#isIn(actor)));
  }

  #find(matches: (message: Known) => boolean): Known | undefined {
    const found = this.#live.filter(matches);
    return found.length === 0 ? undefined : this.#pick(found);
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#scene.random() * items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}
