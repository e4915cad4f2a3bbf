import { setTimeout as delay } from 'node:timers/promises';
import type { HeadlessClient } from './headless-client.js';

/** A group that is worked on. What is known of it is what its people remember, so it may be behind. */
export interface Place {
  readonly id: string;
  /** Never leaves. */
  readonly owner: HeadlessClient;
  readonly members: Set<HeadlessClient>;
  /** The latest messages. */
  readonly messages: { readonly id: string; readonly sender: HeadlessClient }[];
}

export interface WorkloadOptions {
  readonly clients: readonly HeadlessClient[];
  readonly places: readonly Place[];
  readonly random: () => number;
  readonly operationsPerSecond: number;
  /** Reloads of clients in the middle of their work. @default 0.01 of all that is done */
  readonly reloads?: number;
}

interface Turn {
  readonly client: HeadlessClient;
  readonly place: Place;
  readonly everyone: readonly HeadlessClient[];
  readonly pick: <Item>(items: readonly Item[]) => Item | undefined;
  readonly random: () => number;
}

const emojis = ['+1', 'tada', 'eyes', 'heart'];
const remembered = 60;
/** A client does no more at a time; while a node is away it waits as a person would. */
const openAtMost = 6;

/** People at work until the signal: each begins something, at random, many at a time over all. */
export async function work(options: WorkloadOptions, until: AbortSignal): Promise<void> {
  const { clients, places, random, operationsPerSecond, reloads = 0.01 } = options;
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)];
  const started = performance.now();
  for (let count = 1; !until.aborted; count += 1) {
    const dueMs = (count * 1000) / operationsPerSecond - (performance.now() - started);
    if (dueMs > 1) await delay(dueMs, undefined, { signal: until }).catch(() => {});
    const client = pick(clients);
    const place = pick(places.filter(({ members }) => client !== undefined && members.has(client)));
    if (client === undefined || place === undefined || client.openOperations >= openAtMost) continue;
    if (random() < reloads) client.reload();
    act({ client, place, everyone: clients, pick, random });
  }
}

function act(turn: Turn): void {
  const { random } = turn;
  const drawn = random();
  if (drawn < 0.45) void send(turn);
  else if (drawn < 0.58) edit(turn);
  else if (drawn < 0.64) remove(turn);
  else if (drawn < 0.82) react(turn);
  else if (drawn < 0.9) void turn.client.read(turn.place.id);
  else if (drawn < 0.93) turn.client.toggleOpen(turn.place.id);
  else void changeMembers(turn);
}

async function send({ client, place, pick, random }: Turn): Promise<void> {
  const other = random() < 0.3 ? pick(place.messages) : undefined;
  const relation = random() < 0.5 ? { threadId: other?.id ?? '' } : { replyToId: other?.id ?? '' };
  const content = `said ${Math.floor(random() * 2 ** 48).toString(36)}`;
  const { outcome, targetId } = await client.send(place.id, content, other === undefined ? {} : relation);
  if (outcome.type !== 'acknowledged') return;
  place.messages.push({ id: targetId, sender: client });
  if (place.messages.length > remembered) place.messages.shift();
}

function edit({ client, place, pick, random }: Turn): void {
  const own = pick(place.messages.filter(({ sender }) => sender === client));
  const content = `edited ${Math.floor(random() * 2 ** 48).toString(36)}`;
  if (own !== undefined) void client.edit(place.id, own.id, content);
}

function remove({ client, place, pick }: Turn): void {
  const mayAll = client === place.owner;
  const message = pick(place.messages.filter(({ sender }) => mayAll || sender === client));
  if (message !== undefined) void client.delete(place.id, message.id);
}

function react({ client, place, pick, random }: Turn): void {
  const message = pick(place.messages);
  const emoji = pick(emojis);
  if (message !== undefined && emoji !== undefined)
    void client.react(place.id, message.id, { emoji, isAdded: random() < 0.65 });
}

/** The owner brings somebody or sends somebody away; others leave. The number of members stays about the same. */
async function changeMembers({ client, place, pick, random, everyone }: Turn): Promise<void> {
  const { owner, members } = place;
  const others = [...members].filter((each) => each !== owner);
  if (others.length > 8 && random() < 0.6) {
    const leaving = client === owner ? pick(others) : client;
    if (leaving === undefined) return;
    const { outcome } = await client.remove(place.id, leaving.person.id);
    if (outcome.type !== 'refused') members.delete(leaving);
    return;
  }
  const coming = pick(everyone.filter((each) => !members.has(each)));
  if (coming === undefined) return;
  const { outcome } = await owner.add(place.id, coming.person.id);
  if (outcome.type === 'acknowledged') members.add(coming);
}
