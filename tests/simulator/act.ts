/** What people do, and what happens to their devices, step by step. A step that makes no sense where it stands does nothing. */
import type { Backup } from '@parley/client-sdk/testing';
import type { Operation } from '../checker/run-history.js';
import type { Again, Device } from './device.js';
import type { Step, What } from './script.js';
import type { Known, Place, SimWorld } from './world.js';

export interface Acting {
  readonly world: SimWorld;
  readonly counts: Map<string, number>;
  /** Whether applications call again what had no verdict after a reload, beside what the outbox does by itself. */
  readonly callsAgain: boolean;
  /** Of the texts, so that no two say the same. */
  said: number;
  backup: { readonly stored: Backup; readonly heads: ReadonlyMap<string, number> } | undefined;
  /** Reads the heads of all conversations as the server has them now. */
  readonly heads: () => Promise<ReadonlyMap<string, number>>;
  /** Holds the history so far against the log. */
  readonly judge: () => Promise<void>;
}

interface Turn {
  readonly acting: Acting;
  readonly world: SimWorld;
  readonly device: Device;
  readonly place: Place;
  readonly draws: readonly number[];
}

type Act = (turn: Turn) => boolean | Promise<boolean>;

export async function act(acting: Acting, { what, device: index, draws }: Step): Promise<void> {
  const { world } = acting;
  const device = world.devices[index % world.devices.length];
  const place = pick(world.places, draws[0]);
  if (device === undefined || place === undefined) return;
  const isDone = await acts[what]({ acting, world, device, place, draws });
  if (isDone) acting.counts.set(what, (acting.counts.get(what) ?? 0) + 1);
}

const day = 86_400_000;
const emojis = ['+1', 'tada'];

const acts: Readonly<Record<What, Act>> = {
  send,
  edit,
  delete: remove,
  react,
  read: ({ device, place }) => {
    void device.read(place.id);
    return true;
  },
  members,
  look: ({ device, world, draws }) => {
    device.look(world.places.filter((_, index) => at(draws, index + 1) < 0.5).map(({ id }) => id));
    return true;
  },
  reuse,
  trouble,
  heal: ({ device }) => {
    device.hardware.line.set({});
    return true;
  },
  cut: ({ device }) => {
    device.hardware.line.cutAll();
    return true;
  },
  offline: ({ device }) => {
    device.setOffline(!device.hardware.isOffline);
    return true;
  },
  reload: ({ acting, device, draws }) => {
    device.restart({ isCrash: false, again: againOf(acting, draws) });
    return true;
  },
  crash: ({ acting, device, draws }) => {
    device.restart({ isCrash: true, again: againOf(acting, draws) });
    return true;
  },
  skew: ({ device, draws }) => {
    device.hardware.skewMs = pick([0, day, -day, 3_600_000, -3_600_000], draws[1]) ?? 0;
    return true;
  },
  restart: ({ world }) => {
    world.server.restart();
    for (const device of world.devices) device.noteCopies();
    return true;
  },
  drain: ({ world, draws }) => {
    world.server.drain(Math.round(at(draws, 1) * 5000));
    for (const device of world.devices) device.noteCopies();
    return true;
  },
  longSleep: async ({ world, draws }) => {
    await world.clock.advance(60_000 * (1 + Math.round(at(draws, 1) * 14)));
    return true;
  },
  backup: async ({ acting, world }) => {
    acting.backup = { heads: await acting.heads(), stored: world.server.snapshot() };
    return true;
  },
  restore,
};

function send({ acting, device, place, draws }: Turn): boolean {
  const id = device.newId;
  const content = `said ${say(acting)}`;
  const other = at(draws, 1) < 0.3 ? pick(touchable(device, place), draws[2]) : undefined;
  const relation = at(draws, 3) < 0.5 ? { threadId: other?.id ?? '' } : { replyToId: other?.id ?? '' };
  const more = other === undefined ? {} : relation;
  const conversationId = place.id;
  const known: Known = { id, senderId: device.userId, device, isAcknowledged: false };
  place.messages.push(known);
  device.perform(id, { kind: 'sendMessage', conversationId, targetId: id, content }, async (client) => {
    const ack = await client.messages.send({ conversationId, id, content, ...more });
    known.isAcknowledged = true;
    return ack;
  });
  return true;
}

function edit({ acting, device, place, draws }: Turn): boolean {
  const target = pick(recent(own(device, place)), draws[1]);
  if (target === undefined) return false;
  const opId = device.newId;
  const content = `edited ${say(acting)}`;
  const input = { conversationId: place.id, messageId: target.id, content };
  device.perform(
    opId,
    { kind: 'editMessage', conversationId: place.id, targetId: target.id, content },
    ({ messages }) => messages.edit(input, { opId }),
  );
  return true;
}

function remove({ device, place, draws }: Turn): boolean {
  const mayAll = place.owner.id === device.userId;
  const target = pick(recent(mayAll ? touchable(device, place) : own(device, place)), draws[1]);
  if (target === undefined) return false;
  const opId = device.newId;
  const input = { conversationId: place.id, messageId: target.id };
  device.perform(
    opId,
    { kind: 'deleteMessage', conversationId: place.id, targetId: target.id },
    ({ messages }) => messages.delete(input, { opId }),
  );
  return true;
}

function react({ device, place, draws }: Turn): boolean {
  const target = pick(recent(touchable(device, place)), draws[1]);
  const emoji = pick(emojis, draws[2]);
  if (target === undefined || emoji === undefined) return false;
  const opId = device.newId;
  const kind = at(draws, 3) < 0.6 ? 'addReaction' : 'removeReaction';
  const input = { conversationId: place.id, messageId: target.id, emoji };
  device.perform(opId, { kind, conversationId: place.id, targetId: target.id, emoji }, (client) =>
    client.call(kind, input, { opId }),
  );
  return true;
}

/** Owners bring people and send them away; others leave. */
function members({ world, device, place, draws }: Turn): boolean {
  const conversationId = place.id;
  const opId = device.newId;
  const isOwner = place.owner.id === device.userId;
  const others = world.accounts.filter(({ id }) => id !== place.owner.id);
  const userId = isOwner ? pick(others, draws[1])?.id : device.userId;
  if (userId === undefined) return false;
  if (isOwner && at(draws, 2) < 0.65)
    device.perform(opId, { kind: 'addMembers', conversationId, targetId: userId }, (client) =>
      client.call('addMembers', { conversationId, userIds: [userId] }, { opId }),
    );
  else if (isOwner || at(draws, 2) > 0.85)
    device.perform(opId, { kind: 'removeMember', conversationId, targetId: userId }, (client) =>
      client.call('removeMember', { conversationId, userId }, { opId }),
    );
  else return false;
  return true;
}

/** A client with a mistake gives an id to another message: its person's own, or somebody else's. */
function reuse({ acting, world, place, draws }: Turn): boolean {
  const { buggy } = world;
  const target = pick(
    place.messages.filter(({ isAcknowledged }) => isAcknowledged),
    draws[1],
  );
  if (target === undefined) return false;
  const content = `used again ${say(acting)}`;
  const { id } = target;
  const conversationId = place.id;
  const operation: Operation = buggy.perform(
    id,
    { kind: 'sendMessage', conversationId, targetId: id, content },
    (client) => client.messages.send({ conversationId, id, content }),
  );
  world.history.reuses.add(operation);
  return true;
}

function trouble({ device, draws }: Turn): boolean {
  const { line } = device.hardware;
  const size = at(draws, 2);
  const troubles = [
    () => line.set({ partition: 'both' }),
    () => line.set({ partition: 'up' }),
    () => line.set({ partition: 'down' }),
    () => line.set({ loseResponse: 0.5 }),
    () => line.set({ double: 0.5 }),
    () => line.set({ reorder: 0.5 }),
    () => line.set({ double: 0.3, reorder: 0.3, latencyMs: [0, 200] }),
    () => line.set({ cut: 0.05 + size * 0.2 }),
    () => line.set({ latencyMs: [0, Math.round(size * 4000)] }),
    () => line.set({ latencyMs: Math.round(size * 300) }),
  ];
  pick(troubles, draws[1])?.();
  return true;
}

async function restore({ acting, world }: Turn): Promise<boolean> {
  const { backup } = acting;
  if (backup === undefined) return false;
  await acting.judge();
  for (const { hardware } of [...world.devices, world.buggy]) hardware.line.cutAll();
  world.server.restoreBackup(backup.stored);
  world.history.restored(backup.heads);
  for (const device of [...world.devices, world.buggy]) device.restored();
  return true;
}

function againOf({ callsAgain }: Acting, draws: readonly number[]): Again {
  if (!callsAgain || at(draws, 1) > 0.3) return 'never';
  return at(draws, 2) < 0.5 ? 'later' : 'atOnce';
}

/** What a device may name: what is stored, and what was written on it. */
function touchable(device: Device, { messages }: Place): Known[] {
  return messages.filter((known) => known.isAcknowledged || known.device === device);
}

function own(device: Device, place: Place): Known[] {
  return touchable(device, place).filter(({ senderId }) => senderId === device.userId);
}

/** Half of the time something is done to what was written just now. */
function recent(messages: readonly Known[]): readonly Known[] {
  return messages.slice(-6);
}

function say(acting: Acting): string {
  acting.said += 1;
  return String(acting.said);
}

function pick<Item>(items: readonly Item[], draw = 0): Item | undefined {
  return items[Math.floor(draw * items.length)];
}

function at(draws: readonly number[], index: number): number {
  return draws[index] ?? 0;
}
