/**
 * One run: what a seed drew happens, then all faults end and time goes on until everything is calm, then all of it is held against the log.
 *
 * Calm is that every operation has a verdict, every outbox has nothing left to send, and every device shows what the log gives. It must come within
 * the longest wait of the client (a half-open socket, a request without an answer, the pause after many failures), with everything allowed for once.
 */
import type { Operation, RunView } from '../checker/run-history.js';
import { type Acting, act } from './act.js';
import type { Device } from './device.js';
import { drawScript, type Step } from './script.js';
import { readTruth, type Truth } from './truth.js';
import { createWorld, type SimWorld } from './world.js';

export interface SimOptions {
  readonly seed: number;
  /** Whether applications call again, after a reload, what had no verdict. @default false */
  readonly callsAgain?: boolean;
  /** Instead of what the seed draws. */
  readonly script?: readonly Step[];
}

export interface SimResult {
  /** Empty when every promise was kept. */
  readonly problems: readonly string[];
  /** How often each thing was done, each fault struck, and each way of healing was gone. */
  readonly counts: Readonly<Record<string, number>>;
  readonly operations: readonly Operation[];
  /** Of everything that happened: the same for the same seed. */
  readonly trace: string;
}

const calmWithinMs = 120_000;
/** A page that was just closed is taken over two seconds later. */
const calmAfterMs = 3000;
const lookEveryMs = 1000;

export async function simulate({ seed, callsAgain = false, script }: SimOptions): Promise<SimResult> {
  const world = await createWorld(seed);
  const truths = (): Promise<Truth[]> =>
    Promise.all(world.places.map(({ id, owner }) => readTruth(world.server, owner, id)));
  const acting: Acting = {
    world,
    callsAgain,
    counts: new Map(),
    said: 0,
    backup: undefined,
    heads: async () =>
      new Map((await truths()).map(({ conversationId, log }) => [conversationId, log.length])),
    judge: async () => world.history.judge((await truths()).flatMap((truth) => withFounders(world, truth))),
  };
  try {
    await world.clock.advance(100);
    for (const step of script ?? drawScript(seed)) {
      await world.clock.advance(step.waitMs);
      await act(acting, step);
    }
    const behind = await becomeCalm(world, truths);
    return await conclude(acting, { behind, truths: await truths() });
  } finally {
    for (const device of [...world.devices, world.buggy]) device.close();
    world.server.close();
  }
}

async function becomeCalm(world: SimWorld, truths: () => Promise<Truth[]>): Promise<string[]> {
  const devices = [...world.devices, world.buggy];
  for (const device of devices) {
    device.hardware.line.set({});
    if (device.hardware.isOffline) device.setOffline(false);
    device.look(world.places.map(({ id }) => id));
  }
  let behind: string[] = [];
  for (let passed = 0; passed < calmWithinMs; passed += lookEveryMs) {
    await world.clock.advance(lookEveryMs);
    if (passed < calmAfterMs) continue;
    if (devices.some((device) => device.status !== 'online' || device.openOperations > 0)) continue;
    const now = await truths();
    behind = devices.flatMap((device) => [...behindOf(device, now)]);
    if (behind.length === 0) return [];
  }
  return [
    ...behind,
    ...devices.flatMap((device) =>
      device.status === 'online' && device.openOperations === 0
        ? []
        : [`${device.name} is ${device.status} with ${device.openOperations} operations without a verdict`],
    ),
  ];
}

function* behindOf(device: Device, truths: readonly Truth[]): Generator<string> {
  const { shown, outbox, name } = device;
  if (outbox.pending > 0) yield `${name} has ${outbox.pending} operations to send`;
  for (const { conversationId, log, memberIds } of truths) {
    const isMember = memberIds.has(device.userId);
    const describe = () => `${conversationId}: ${shown.describe(conversationId)}, the log has ${log.length}`;
    if (shown.has(conversationId) !== isMember)
      yield `${name} ${isMember ? 'does not show' : 'still shows'} ${describe()}`;
    else if (isMember && shown.cursor(conversationId) < log.length)
      yield `${name} is behind in ${describe()}`;
  }
}

async function conclude(
  { world, counts }: Acting,
  { behind, truths }: { readonly behind: readonly string[]; readonly truths: readonly Truth[] },
): Promise<SimResult> {
  const { history, devices, buggy, network, failures } = world;
  const all = [...devices, buggy];
  const views: RunView[] = truths.flatMap((truth) => [...truth.views, ...viewsOf(all, truth)]);
  const log = truths.flatMap((truth) => withFounders(world, truth));
  history.judge(log, views);
  const stored = new Set(
    log.filter(({ kind }) => kind === 'message.created').flatMap(({ targetIds }) => targetIds),
  );
  const sum = (count: (device: Device) => number): number =>
    all.reduce((total, each) => total + count(each), 0);
  return {
    problems: [
      ...behind,
      ...all.flatMap((device) => [
        ...lostOn(device, { epoch: history.epoch, stored, history: history.operations }),
      ]),
      ...history.violations.map(
        ({ rule, conversationId, detail }) => `${rule} in ${conversationId}: ${detail}`,
      ),
      ...failures.map((failure) => `thrown: ${describeError(failure)}`),
    ],
    counts: {
      ...Object.fromEntries(counts),
      ...Object.fromEntries(
        Object.entries(network.counts).map(([fault, count]) => [`network ${fault}`, count]),
      ),
      'half-open sockets': sum((device) => device.hardware.line.counts.halfOpen),
      messages: stored.size,
      reconnects: sum((device) => device.counts.reconnects),
      'signed in again': sum((device) => device.counts.signIns),
      resets: sum((device) => device.resets),
      lives: sum((device) => device.counts.lives),
      'called again': sum((device) => device.counts.calledAgain),
      'log ins': sum((device) => device.wallet.logIns),
      'left to the outbox': sum((device) => device.left.length),
      ...countOutcomes(history.operations),
    },
    operations: history.operations,
    trace: JSON.stringify([log, history.operations.map(({ outcome }) => outcome)]),
  };
}

interface End {
  readonly epoch: number;
  /** Ids of messages that are in the log. */
  readonly stored: ReadonlySet<string>;
  readonly history: readonly Operation[];
}

/** A message that the outbox had stored when its page ended arrives, or is there to be seen, unless somebody took it back or a backup did. */
function* lostOn(device: Device, { epoch, stored, history }: End): Generator<string> {
  const waiting = new Set(device.outbox.operations.map(({ id }) => id));
  for (const { operation, isStored, epoch: then } of device.left) {
    const { kind, targetId, lane } = operation;
    if (
      !isStored ||
      then !== epoch ||
      kind !== 'sendMessage' ||
      stored.has(targetId) ||
      waiting.has(targetId)
    )
      continue;
    const isTakenBack = history.some(
      (each) => each.kind === 'deleteMessage' && each.targetId === targetId && each.lane === lane,
    );
    if (!isTakenBack) yield `${device.name} lost message ${targetId}, which its outbox had stored`;
  }
}

function countOutcomes(operations: readonly Operation[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { outcome } of operations) {
    const folded =
      outcome.type === 'acknowledged' && outcome.seq === 0 ? 'undone on the device' : outcome.type;
    counts[folded] = (counts[folded] ?? 0) + 1;
    if (outcome.type === 'refused') {
      const name = `refused ${outcome.code}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

function viewsOf(devices: readonly Device[], { conversationId, memberIds }: Truth): RunView[] {
  return devices
    .filter(({ userId, shown }) => memberIds.has(userId) && shown.has(conversationId))
    .map(({ name, shown }) => ({ observer: name, conversationId, rows: shown.rows(conversationId) }));
}

/** A log read afterwards tells of the beginning only those who are still there. */
function withFounders({ accounts }: SimWorld, { log }: Truth): Truth['log'] {
  return log.map((entry) =>
    entry.kind === 'conversation.created' ? { ...entry, targetIds: accounts.map(({ id }) => id) } : entry,
  );
}

function describeError(failure: unknown): string {
  return failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
}
