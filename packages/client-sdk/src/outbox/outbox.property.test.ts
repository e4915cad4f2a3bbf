/**
 * Random hands at an outbox that is reloaded, cut off, refused and answered late, against a model of the server. Whatever happens: what was written is
 * on the server with its last words, or is seen in the outbox (I14); a lane is stored in the order it was written (I5); an id takes effect once (I3); nothing
 * is asked about a message that is not there.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asyncStorage } from '../storage/async-storage.js';
import type { NamedStore } from '../storage/named-store.js';
import { fakeAsyncStorage } from '../testing/fake-async-storage.js';
import { fakePlatform } from '../testing/fake-platform.js';
import { createModelChat, type Fate } from '../testing/model-chat.js';
import { Outbox } from './outbox.js';
import { keepOutbox } from './outbox-store.js';

interface Written {
  readonly id: string;
  readonly lane: string;
  readonly isBad: boolean;
  content: string;
  isDeleted: boolean;
  readonly reactions: Set<string>;
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('send' as const), lane: fc.nat(1), bad: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reply' as const), at: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('edit' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), at: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('react' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('offline' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('online' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('reload' as const), isSudden: fc.boolean() }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const fate = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Fate>('answered') },
  { weight: 2, arbitrary: fc.constant<Fate>('lostAfter') },
  { weight: 1, arbitrary: fc.constant<Fate>('lostBefore') },
  { weight: 1, arbitrary: fc.constant<Fate>('busy') },
);

class Scene {
  readonly #held = new Set<string>();
  readonly platform = fakePlatform({
    holdName: async (name) => {
      this.#held.add(name);
      return () => void this.#held.delete(name);
    },
    isNameHeld: async (name) => this.#held.has(name),
  });
  readonly written: Written[] = [];
  readonly issued = new Set<string>();
  readonly chat;
  readonly #storage = asyncStorage(fakeAsyncStorage());
  readonly #isPersistent: boolean;
  #isOnline = false;
  #ids = 0;
  #pages = 0;
  outbox: Outbox;

  constructor(fates: readonly Fate[], isPersistent: boolean) {
    let calls = 0;
    this.chat = createModelChat(
      (id) => id.startsWith('bad'),
      () => {
        calls += 1;
        return fates[calls - 1] ?? 'answered';
      },
    );
    this.#isPersistent = isPersistent;
    this.outbox = this.#open();
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'send':
        return this.#send(`lane ${step.lane}`, step.bad === 0 ? 'bad' : 'good');
      case 'reply': {
        const target = this.#pick(step.at);
        return target && this.#send(target.lane, 'good', target.id);
      }
      case 'edit':
        return this.#change(step.at, 'editMessage', (target) => {
          target.content = `words ${this.#ids}`;
          return { content: target.content };
        });
      case 'delete':
        return this.#change(step.at, 'deleteMessage', (target) => {
          target.isDeleted = true;
          return {};
        });
      case 'react':
        return this.#react(step.at);
      case 'offline':
        this.#isOnline = false;
        return;
      case 'online':
        return this.goOnline();
      case 'settle':
        return this.platform.settle();
      case 'wait':
        return this.platform.advance(30_000);
      default:
        return this.#reload(step.isSudden);
    }
  }

  goOnline(): void {
    this.#isOnline = true;
    this.outbox.flush();
  }

  #open(): Outbox {
    this.#pages += 1;
    const page = this.#pages;
    const { platform } = this;
    const outbox = new Outbox({
      platform,
      newId: () => 'a deletion',
      // A page that is gone reaches nobody.
      carrier: () => (this.#isOnline && page === this.#pages ? this.chat.carry : undefined),
      openStore: (parts) =>
        keepOutbox({
          ...parts,
          platform,
          open: async (name) => ifAlive(await this.#storage.open(name), () => page === this.#pages),
          name: 'outbox',
          owner: `page-${page}`,
          tell: () => {},
        }),
    });
    if (this.#isPersistent) outbox.open();
    return outbox;
  }

  /** What was called is stored within its task; a crash comes after that, with answers still out, or not. */
  async #reload(isSudden: boolean): Promise<void> {
    if (!this.#isPersistent) return;
    await this.#rest();
    if (isSudden) this.#held.clear();
    else this.outbox.close();
    await this.#rest();
    this.outbox = this.#open();
  }

  async #rest(): Promise<void> {
    for (let turn = 0; turn < 5; turn += 1) await this.platform.settle();
  }

  #send(lane: string, kind: 'good' | 'bad', replyToId?: string): void {
    this.#ids += 1;
    const id = `${kind} ${this.#ids}`;
    const content = `first ${this.#ids}`;
    this.written.push({ id, lane, isBad: kind === 'bad', content, isDeleted: false, reactions: new Set() });
    const reply = replyToId === undefined ? {} : { replyToId };
    this.#submit('sendMessage', { conversationId: lane, id, content, ...reply }, id);
  }

  #change(at: number, operation: string, apply: (target: Written) => object): void {
    const target = this.#pick(at);
    if (target === undefined) return;
    this.#ids += 1;
    const fields = apply(target);
    const input = { conversationId: target.lane, messageId: target.id, ...fields };
    this.#submit(operation, input, `${operation} ${this.#ids}`);
  }

  #react(at: number): void {
    const isThere = this.#pick(at)?.reactions.has('+1') === true;
    this.#change(at, isThere ? 'removeReaction' : 'addReaction', ({ reactions }) => {
      if (isThere) reactions.delete('+1');
      else reactions.add('+1');
      return { emoji: '+1' };
    });
  }

  #submit(operation: string, input: { readonly [field: string]: string }, id: string): void {
    this.issued.add(id);
    const lane = input['conversationId'] ?? '';
    const opId = operation === 'sendMessage' ? undefined : id;
    const submission = { id, operation, input, opId, lane, conversationId: lane };
    this.outbox.submit({ ...submission, isKept: true, signal: undefined }).catch(() => {});
  }

  #pick(at: number): Written | undefined {
    const { operations } = this.outbox.api.getSnapshot();
    // Only what is on the screen can be answered.
    const there = this.written.filter(
      ({ id, isDeleted }) =>
        !isDeleted && (this.chat.messages.has(id) || operations.some((operation) => operation.id === id)),
    );
    return there[at % there.length];
  }
}

/** What a page that crashed was about to write is not written. */
function ifAlive(store: NamedStore, isAlive: () => boolean): NamedStore {
  return { ...store, write: async (changes) => (isAlive() ? store.write(changes) : undefined) };
}

function check({ written, chat, outbox, issued }: Scene): void {
  const { operations, pending } = outbox.api.getSnapshot();
  expect(pending).toBe(0);
  expect(chat.astray).toEqual([]);
  expect(chat.effects.filter((id, index) => !issued.has(id) || chat.effects.indexOf(id) !== index)).toEqual(
    [],
  );
  for (const { id, content, isDeleted, reactions } of written) {
    const stored = chat.messages.get(id);
    const kept = operations.filter(({ input }) => input['id'] === id || input['messageId'] === id);
    if (stored !== undefined) {
      expect(stored.isDeleted).toBe(isDeleted);
      if (!isDeleted) expect([stored.content, [...stored.reactions]]).toEqual([content, [...reactions]]);
    } else if (!isDeleted) {
      expect(kept.findLast(({ input }) => 'content' in input)?.input['content']).toBe(content);
    }
  }
  for (const lane of ['lane 0', 'lane 1']) {
    const order = [...chat.messages.values()].filter((message) => message.lane === lane).map(({ id }) => id);
    expect(order).toEqual(written.map(({ id }) => id).filter((id) => order.includes(id)));
  }
}

it.each([
  ['in memory', false],
  ['over reloads and crashes', true],
])(
  'what was written ends on the server once and in order, or is seen in the outbox, %s',
  async (_, isPersistent) => {
    const seen = { stored: 0, failed: 0, folded: 0 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 15, maxLength: 40 }),
        fc.array(fate, { maxLength: 25 }),
        async (steps, fates) => {
          const scene = new Scene(fates, isPersistent);
          for (const each of steps) await scene.take(each);
          await scene.platform.settle();
          scene.goOnline();
          for (let turn = 0; turn < 6; turn += 1) await scene.platform.advance(30_000);
          // Lost connections come back.
          for (let turn = 0; turn < fates.length; turn += 1) {
            scene.goOnline();
            await scene.platform.advance(30_000);
          }
          check(scene);
          seen.stored += scene.chat.messages.size;
          seen.failed += scene.outbox.api.getSnapshot().failed;
          seen.folded += scene.issued.size - scene.chat.effects.length;
        },
      ),
      { seed: 5, numRuns: 300 },
    );
    // The histories held what they are for.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
  },
  60_000,
);
