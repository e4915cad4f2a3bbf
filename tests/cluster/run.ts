/**
 * One run: people at work on a cluster while something happens to it, then calm, then judgement.
 *
 * After the last fault every command must come to a verdict, and every client must show what the log gives, within 15 seconds. Then the log is read back in
 * every way there is and the whole history goes to the checker.
 */
import { checkRun } from '../checker/check-run.js';
import type { LogEntry, RunView, RunViolation } from '../checker/run-history.js';
import { createGroup, register } from '../support/people.js';
import { createRandom } from '../support/random.js';
import type { Cluster } from './cluster.js';
import { HeadlessClient } from './headless-client.js';
import { type ReadBack, readBack } from './read-back.js';
import { Recorder } from './recorder.js';
import { waitFor } from './wait-for.js';
import { type Place, type WorkloadOptions, work } from './workload.js';

export interface RunOptions {
  readonly cluster: Cluster;
  readonly seed: number;
  /** @default 40 */
  readonly clients?: number;
  /** @default 5 */
  readonly groups?: number;
  /** @default 100 */
  readonly operationsPerSecond?: number;
  readonly reloads?: WorkloadOptions['reloads'];
  readonly hasRealPauses?: boolean;
}

export interface Verdict {
  readonly violations: readonly RunViolation[];
  /** Who did not get where within the time; empty when all did. */
  readonly behind: readonly string[];
  readonly figures: Figures;
}

export interface Figures {
  readonly operations: number;
  readonly acknowledged: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly unknown: number;
  /** Thrown away without a verdict, sent again by another life of the client, and then acknowledged. */
  readonly unknownResolved: number;
  readonly told: number;
  /** Times a client was told what was different instead of what had happened. */
  readonly caughtUpByState: number;
  /** Answers to `markRead`. */
  readonly reads: number;
  readonly reconnects: number;
  /** Of acknowledgements. */
  readonly latencyMs: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The longest time in which nothing was acknowledged. */
  readonly longestSilenceMs: number;
  /** From the last fault until everyone showed everything. */
  readonly settledMs: number;
}

const settleWithinMs = 15_000;
const membersAtFirst = 13;

export class Run {
  readonly recorder = new Recorder();
  readonly #options: RunOptions;
  readonly #clients: HeadlessClient[] = [];
  readonly #places: Place[] = [];
  /** Who was in each group from its beginning. */
  readonly #founders = new Map<string, readonly string[]>();
  readonly #random: () => number;

  private constructor(options: RunOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed);
  }

  /** Makes accounts and groups, and connects everyone. */
  static async open(options: RunOptions): Promise<Run> {
    const run = new Run(options);
    try {
      await run.#setUp();
    } catch (error) {
      run.close();
      throw error;
    }
    return run;
  }

  get clients(): readonly HeadlessClient[] {
    return this.#clients;
  }

  get places(): readonly Place[] {
    return this.#places;
  }

  /** How much all clients together were told so far. */
  get told(): number {
    return this.recorder.clients.reduce((sum, { told }) => sum + told.length, 0);
  }

  /** People work while `during` goes on. */
  async work(during: () => Promise<void>): Promise<void> {
    const { operationsPerSecond = 100, reloads = 0.01 } = this.#options;
    const over = new AbortController();
    const working = work(
      { clients: this.#clients, places: this.#places, random: this.#random, operationsPerSecond, reloads },
      over.signal,
    );
    try {
      await during();
    } finally {
      over.abort();
      await working;
    }
  }

  /** Waits until all is calm, reads everything back, and judges it. */
  async judge(): Promise<Verdict> {
    const started = performance.now();
    await waitFor(() => this.#clients.every(({ isIdle }) => isIdle), settleWithinMs);
    for (const client of this.#clients) client.openAll();
    const reads = await this.#readBack();
    const behind = () => [...this.#behind(reads)];
    await waitFor(() => behind().length === 0, settleWithinMs - (performance.now() - started));
    const settledMs = performance.now() - started;
    const { recorder } = this;
    const violations = checkRun({
      operations: recorder.operations,
      clients: recorder.clients,
      log: reads.flatMap(({ log }) => log.map((entry) => this.#withFounders(entry))),
      views: [...reads.flatMap(({ views }) => views), ...this.#views(reads)],
      watermarks: recorder.watermarks,
    });
    return { violations, behind: behind(), figures: this.#figures(settledMs) };
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  async #setUp(): Promise<void> {
    const { cluster, seed, clients = 40, groups = 5, hasRealPauses = false } = this.#options;
    const { url } = cluster;
    for (let index = 0; index < clients; index += 1) {
      const person = await register(url, 'p');
      const random = createRandom(seed + index + 1);
      const options = {
        url,
        person,
        name: `client ${index}`,
        random,
        recorder: this.recorder,
        hasRealPauses,
      };
      this.#clients.push(new HeadlessClient(options));
    }
    for (let index = 0; index < groups; index += 1) {
      const members = this.#shuffled().slice(0, Math.min(membersAtFirst, clients));
      const [owner, ...others] = members;
      if (owner === undefined) throw new Error('a group needs somebody');
      const { id } = await createGroup(
        url,
        owner.person,
        others.map(({ person }) => person),
      );
      this.#founders.set(
        id,
        members.map(({ person }) => person.id),
      );
      this.#places.push({ id, owner, members: new Set(members), messages: [] });
    }
    await waitFor(() => this.#clients.every(({ isOnline }) => isOnline), settleWithinMs);
  }

  #shuffled(): HeadlessClient[] {
    return this.#clients
      .map((client) => ({ client, place: this.#random() }))
      .sort((one, other) => one.place - other.place)
      .map(({ client }) => client);
  }

  async #readBack(): Promise<ReadBack[]> {
    const reads: ReadBack[] = [];
    const { cluster } = this.#options;
    for (const [index, { id, owner }] of this.#places.entries())
      reads.push(await readBack({ url: cluster.urlOf(index % cluster.size), person: owner.person }, id));
    return reads;
  }

  *#behind(reads: readonly ReadBack[]): Generator<string> {
    for (const client of this.#clients) {
      const name = client.person.username;
      if (!client.isIdle) yield `${name} has ${client.openOperations} commands without a verdict`;
      for (const { conversationId, log, memberIds } of reads) {
        const { shown } = client;
        const isMember = memberIds.has(client.person.id);
        if (shown.has(conversationId) !== isMember)
          yield `${name} (${client.lane}) ${isMember ? 'does not show' : 'still shows'} ${conversationId}: ${shown.describe(conversationId)}`;
        if (isMember && shown.cursor(conversationId) < log.length)
          yield `${name} (${client.lane}) shows ${conversationId} up to ${shown.cursor(conversationId)} of ${log.length}: ${shown.describe(conversationId)}`;
      }
    }
  }

  /** A log read afterwards tells of the beginning only those who are still there. */
  #withFounders(entry: LogEntry): LogEntry {
    const founders = this.#founders.get(entry.conversationId);
    return entry.kind === 'conversation.created' && founders !== undefined
      ? { ...entry, targetIds: founders }
      : entry;
  }

  #views(reads: readonly ReadBack[]): RunView[] {
    return this.#clients.flatMap((client) =>
      reads
        .filter(
          ({ memberIds, conversationId }) =>
            memberIds.has(client.person.id) && client.shown.has(conversationId),
        )
        .map(({ conversationId }) => ({
          observer: client.person.username,
          conversationId,
          rows: client.shown.rows(conversationId),
        })),
    );
  }

  #figures(settledMs: number): Figures {
    const { operations, acknowledgedAt, latencies, refusals, unknownResolved, clients } = this.recorder;
    const sorted = [...latencies].sort((one, other) => one - other);
    const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
    const times = [...acknowledgedAt].sort((one, other) => one - other);
    const silences = times.slice(1).map((time, index) => time - (times[index] ?? time));
    return {
      operations: operations.length,
      acknowledged: operations.filter(({ outcome }) => outcome.type === 'acknowledged').length,
      refused: Object.fromEntries(refusals),
      unknown: operations.filter(({ outcome }) => outcome.type === 'unknown').length,
      unknownResolved,
      told: this.told,
      caughtUpByState: clients.flatMap(({ told }) => told.filter(({ type }) => type === 'caughtUp')).length,
      reads: this.recorder.watermarks.length,
      reconnects: this.#clients.reduce((sum, { reconnects }) => sum + reconnects, 0),
      latencyMs: { p50: at(0.5), p99: at(0.99), max: at(1) },
      longestSilenceMs: Math.round(silences.reduce((longest, each) => Math.max(longest, each), 0)),
      settledMs: Math.round(settledMs),
    };
  }
}
