/**
 * When a conversation is busy on this node: its sockets here or its pace make it dear to give every event to everybody. Pure: no clock.
 *
 * - Busy from above 200 sockets or above 50 events in ten seconds on; ordinary again below 150 sockets and below 30 events. Between the two it stays what
 *   it is, so a conversation at the edge does not change with every message.
 * - Becoming busy is noticed by an event, becoming ordinary only when somebody looks: a conversation in which nothing happens costs nothing.
 * - Ten counts of a second each; the second under way is one of them, so the window is nine to ten seconds long.
 */
const busyRule = {
  becomes: { aboveSockets: 200, aboveEvents: 50 },
  ends: { belowSockets: 150, belowEvents: 30 },
  windowSeconds: 10,
} as const;

export class BusyMeter {
  readonly #counts = new Array<number>(busyRule.windowSeconds).fill(0);
  /** Of the latest count, in seconds since 1970. */
  #second = 0;
  #events = 0;
  #isBusy = false;

  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Counts events among so many sockets. Returns whether the conversation is busy, these events included. */
  count(events: number, sockets: number, nowMs: number): boolean {
    const slot = this.#turn(nowMs);
    this.#counts[slot] = (this.#counts[slot] ?? 0) + events;
    this.#events += events;
    const { aboveSockets, aboveEvents } = busyRule.becomes;
    if (sockets > aboveSockets || this.#events > aboveEvents) this.#isBusy = true;
    return this.#isBusy;
  }

  /** Returns whether the conversation is still busy. */
  look(sockets: number, nowMs: number): boolean {
    this.#turn(nowMs);
    const { belowSockets, belowEvents } = busyRule.ends;
    if (sockets < belowSockets && this.#events < belowEvents) this.#isBusy = false;
    return this.#isBusy;
  }

  /** Forgets what lies before the window and gives the slot of now. A clock that was set back counts as standing still. */
  #turn(nowMs: number): number {
    const { windowSeconds } = busyRule;
    const second = Math.max(this.#second, Math.floor(nowMs / 1000));
    const oldest = Math.max(this.#second, second - windowSeconds);
    for (let passed = oldest + 1; passed <= second; passed += 1) {
      const slot = passed % windowSeconds;
      this.#events -= this.#counts[slot] ?? 0;
      this.#counts[slot] = 0;
    }
    this.#second = second;
    return second % windowSeconds;
  }
}
