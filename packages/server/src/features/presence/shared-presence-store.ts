/**
 * The people of all nodes, as leases: a node vouches for its people by its incarnation, and what nobody vouches for ends by itself.
 *
 * - A node tells the others who came and who went, and every 15 seconds all of its people again. A lease holds 45 seconds, so that two lost tellings do not
 *   matter, and the people of a node that crashed are gone within a minute.
 * - Somebody is here while any node vouches for them. They come with the first and go with the last of them, as of the moment that one said.
 * - Somebody is idle when every node that vouches for them says so. A node says it when it changes, and with every vouching.
 * - A node that has just begun to hear others asks, and they tell all of their people at once.
 * - Without a way to other nodes nothing is heard, leases of others run out, and what is left is this node.
 */
import type { UserId } from '@parley/protocol';
import type { PeopleMessage } from '../../fanout/broker.js';
import type { Clock } from '../../lib/clock.js';
import type { PresenceChange, PresenceStore } from './presence-store.js';

const renewMs = 15_000;
const leaseMs = 45_000;
const sweepMs = 5000;
/** As many as fit a message that is sent whole. */
const peoplePerMessage = 250;

export interface SharedPresenceOptions {
  /** The people of this node. */
  readonly local: PresenceStore;
  /** Tells the other nodes; may be lost. */
  readonly publish: (message: PeopleMessage) => void;
  readonly clock: Clock;
}

export interface SharedPresenceStore extends PresenceStore {
  /** Takes what another node told; `from` names its incarnation. */
  hear(from: string, message: PeopleMessage): void;
  /** Begun to hear other nodes, or again after a while: asks for what was missed. */
  ask(): void;
}

export function createSharedPresenceStore(options: SharedPresenceOptions): SharedPresenceStore {
  return new Leases(options);
}

/** What another node vouches for. */
interface Lease {
  readonly endsAt: number;
  readonly isIdle: boolean;
}

class Leases implements SharedPresenceStore {
  readonly #local: PresenceStore;
  readonly #publish: (message: PeopleMessage) => void;
  readonly #clock: Clock;
  readonly #here = new Set<UserId>();
  /** The leases of other nodes, by person and incarnation. */
  readonly #elsewhere = new Map<UserId, Map<string, Lease>>();
  readonly #idle = new Set<UserId>();
  readonly #idleListeners: ((userId: UserId) => void)[] = [];
  readonly #listeners: ((change: PresenceChange) => void)[] = [];
  readonly #stopTimers: readonly (() => void)[];

  constructor({ local, publish, clock }: SharedPresenceOptions) {
    this.#local = local;
    this.#publish = publish;
    this.#clock = clock;
    local.subscribe((change) => this.#changedHere(change));
    local.subscribeIdle((userId) => this.#idleHere(userId));
    this.#stopTimers = [
      clock.every(renewMs, () => this.#tellAll()),
      clock.every(sweepMs, () => this.#sweep()),
    ];
  }

  connected(actor: Parameters<PresenceStore['connected']>[0]): () => void {
    return this.#local.connected(actor);
  }

  active(userId: UserId): void {
    this.#local.active(userId);
  }

  isIdle(userId: UserId): boolean {
    return this.#idle.has(userId);
  }

  subscribeIdle(listener: (userId: UserId) => void): void {
    this.#idleListeners.push(listener);
  }

  async onlineAmong(userIds: readonly UserId[]): Promise<ReadonlySet<UserId>> {
    return new Set(userIds.filter((userId) => this.#here.has(userId) || this.#elsewhere.has(userId)));
  }

  subscribe(listener: (change: PresenceChange) => void): void {
    this.#listeners.push(listener);
  }

  hear(from: string, { here, gone, isAsking, idle = [] }: PeopleMessage): void {
    const areIdle = new Set(idle);
    for (const userId of here) this.#renew(userId, { from, isIdle: areIdle.has(userId) });
    for (const [userId, wentAt] of gone) this.#end(userId, { from, wentAt });
    if (isAsking) this.#tellAll();
  }

  ask(): void {
    this.#publish({ here: [], gone: [], isAsking: true });
    this.#tellAll();
  }

  close(): void {
    for (const stop of this.#stopTimers) stop();
    const now = this.#clock.now();
    this.#inParts([...this.#here], (part) => ({ here: [], gone: part.map((userId) => [userId, now]) }));
    this.#local.close();
    this.#here.clear();
    this.#elsewhere.clear();
    this.#idle.clear();
  }

  #changedHere(change: PresenceChange): void {
    const { userId, wentAt } = change;
    if (wentAt === null) this.#here.add(userId);
    else this.#here.delete(userId);
    this.#publish(
      wentAt === null
        ? { here: [userId], gone: [], isAsking: false }
        : { here: [], gone: [[userId, wentAt]], isAsking: false },
    );
    if (!this.#elsewhere.has(userId)) this.#tell(change);
    this.#judge(userId);
  }

  #idleHere(userId: UserId): void {
    this.#inParts([userId], (here) => ({ here, gone: [] }));
    this.#judge(userId);
  }

  #renew(userId: UserId, { from, isIdle }: { readonly from: string; readonly isIdle: boolean }): void {
    const leases = this.#elsewhere.get(userId);
    const lease = { endsAt: this.#clock.now() + leaseMs, isIdle };
    if (leases !== undefined) leases.set(from, lease);
    else {
      this.#elsewhere.set(userId, new Map([[from, lease]]));
      if (!this.#here.has(userId)) this.#tell({ userId, tenantId: null, wentAt: null });
    }
    this.#judge(userId);
  }

  #end(userId: UserId, { from, wentAt }: { readonly from: string; readonly wentAt: number }): void {
    const leases = this.#elsewhere.get(userId);
    if (leases?.delete(from) !== true) return;
    if (leases.size === 0) {
      this.#elsewhere.delete(userId);
      if (!this.#here.has(userId)) this.#tell({ userId, tenantId: null, wentAt });
    }
    this.#judge(userId);
  }

  /** Tells when somebody who is here became idle, or is so no more. That they went is told as that. */
  #judge(userId: UserId): void {
    const leases = [...(this.#elsewhere.get(userId)?.values() ?? [])];
    const isHere = this.#here.has(userId);
    const isAnywhere = isHere || leases.length > 0;
    const isIdle =
      isAnywhere && (!isHere || this.#local.isIdle(userId)) && leases.every((lease) => lease.isIdle);
    if (isIdle === this.#idle.has(userId)) return;
    if (isIdle) this.#idle.add(userId);
    else this.#idle.delete(userId);
    if (isAnywhere) for (const listener of this.#idleListeners) listener(userId);
  }

  /** Ends what ran out, as of the last time its node vouched for it. */
  #sweep(): void {
    const now = this.#clock.now();
    for (const [userId, leases] of this.#elsewhere)
      for (const [from, { endsAt }] of leases)
        if (endsAt <= now) this.#end(userId, { from, wentAt: endsAt - leaseMs });
  }

  #tellAll(): void {
    this.#inParts([...this.#here], (here) => ({ here, gone: [] }));
  }

  #inParts(people: readonly UserId[], toMessage: (part: UserId[]) => Omit<PeopleMessage, 'isAsking'>): void {
    for (let from = 0; from < people.length; from += peoplePerMessage) {
      const message = toMessage(people.slice(from, from + peoplePerMessage));
      const idle = message.here.filter((userId) => this.#local.isIdle(userId));
      this.#publish({ ...message, isAsking: false, ...(idle.length === 0 ? {} : { idle }) });
    }
  }

  #tell(change: PresenceChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
