/**
 * The load of one subject: a thousand members who send and receive, and the account of it.
 *
 * - Closed loop: so many messages are under way; each answer sends the next from the same member.
 * - Open loop: messages are due at even distances, whether or not the server keeps up, and latency counts from when one was due: a server
 *   that stalls pays for everything it delayed.
 * - Only messages due inside the window count for latency; rates and CPU are those of the window.
 */
import { dialects } from './dialects.js';
import { Latencies } from './latencies.js';
import { hashOf, Member } from './member.js';
import type { CaseSpec, Ledger, Measured, Target, Watched } from './messages.js';
import { measure, takeSnapshot } from './window.js';

const drainTimeoutMs = 30_000;
const maxMessages = 4_000_000;
/** Prime to a thousand: messages that follow each other go to different conversations. */
const stride = 619;

export class Load {
  readonly #members: readonly Member[];
  readonly #target: Target;
  readonly #dueAt = new Float64Array(maxMessages);
  readonly #latencies = { ack: new Latencies(), delivery: new Latencies() };
  readonly #conversations: { sent: number; acks: number; ackSum: number }[];
  readonly #errors: string[] = [];
  readonly #run = Date.now().toString(16).slice(-10);
  #errorCount = 0;
  #sent = 0;
  #acked = 0;
  #delivered = 0;
  #isClosedLoop = false;
  #windowFrom = Number.POSITIVE_INFINITY;
  #windowTo = Number.POSITIVE_INFINITY;

  constructor(target: Target) {
    this.#target = target;
    this.#conversations = target.conversationIds.map(() => ({ sent: 0, acks: 0, ackSum: 0 }));
    const events = {
      onAck: (member: Member, index: number) => this.#onAck(member, index),
      onDelivery: (_member: Member, index: number) => this.#onDelivery(index),
      onError: (text: string) => this.#onError(text),
    };
    this.#members = target.members.map(({ conversation }) => {
      const conversationId = target.conversationIds[conversation] ?? '';
      return new Member(conversation, { conversationId, dialect: dialects[target.dialect], events });
    });
  }

  /** Connects everyone, fifty at a time. */
  async connect(): Promise<void> {
    const { members, port } = this.#target;
    for (let from = 0; from < members.length; from += 50) {
      const part = members.slice(from, from + 50);
      await Promise.all(part.map((each, offset) => this.#members[from + offset]?.connect(port, each)));
    }
  }

  async run(spec: CaseSpec, watched: Watched): Promise<Measured> {
    this.#latencies.ack.clear();
    this.#latencies.delivery.clear();
    const stop = this.#start(spec.load);
    await delay(spec.warmUpMs);
    const before = takeSnapshot(watched, this.#counts);
    this.#windowFrom = before.at;
    await delay(spec.measureMs);
    const after = takeSnapshot(watched, this.#counts);
    this.#windowTo = after.at;
    stop();
    await this.#drain(spec.name);
    this.#windowFrom = Number.POSITIVE_INFINITY;
    this.#windowTo = Number.POSITIVE_INFINITY;
    return measure(before, after, this.#latencies);
  }

  get #counts(): { acked: number; delivered: number } {
    return { acked: this.#acked, delivered: this.#delivered };
  }

  finish(): Ledger {
    for (const member of this.#members) member.close();
    return {
      conversations: this.#conversations,
      members: this.#members.map((member) => member.ledger),
      errors: this.#errors,
      errorCount: this.#errorCount,
    };
  }

  #start(load: CaseSpec['load']): () => void {
    if ('outstanding' in load) {
      this.#isClosedLoop = true;
      for (let count = 0; count < load.outstanding; count += 1) this.#sendNext(performance.now());
      return () => {
        this.#isClosedLoop = false;
      };
    }
    const startedAt = performance.now();
    const gapMs = 1000 / load.ratePerSecond;
    let count = 0;
    const timer = setInterval(() => {
      for (let due = startedAt + count * gapMs; due <= performance.now(); due = startedAt + count * gapMs) {
        this.#sendNext(due);
        count += 1;
      }
    }, 1);
    return () => clearInterval(timer);
  }

  #sendNext(due: number): void {
    const member = this.#members[(this.#sent * stride) % this.#members.length];
    if (member !== undefined) this.#send(member, due);
  }

  #send(member: Member, due: number): void {
    if (this.#sent >= maxMessages) throw new Error(`more than ${maxMessages} messages in one run`);
    const index = this.#sent;
    this.#sent += 1;
    this.#dueAt[index] = due;
    const account = this.#conversations[member.conversation];
    if (account !== undefined) account.sent += 1;
    member.send(index, this.#run);
  }

  #onAck(member: Member, index: number): void {
    const now = performance.now();
    this.#acked += 1;
    const account = this.#conversations[member.conversation];
    if (account !== undefined) {
      account.acks += 1;
      account.ackSum = (account.ackSum + hashOf(index)) >>> 0;
    }
    const due = this.#dueAt[index] ?? 0;
    if (due >= this.#windowFrom && due < this.#windowTo) this.#latencies.ack.record(now - due);
    if (this.#isClosedLoop) this.#send(member, now);
  }

  #onDelivery(index: number): void {
    this.#delivered += 1;
    const due = this.#dueAt[index] ?? 0;
    if (due >= this.#windowFrom && due < this.#windowTo)
      this.#latencies.delivery.record(performance.now() - due);
  }

  #onError(text: string): void {
    this.#errorCount += 1;
    if (this.#errors.length < 5) this.#errors.push(text);
  }

  /** Waits until every message is answered and has reached every member. What does not arrive is found by the checks. */
  async #drain(name: string): Promise<void> {
    const perMessage = this.#members.length / this.#conversations.length;
    const until = performance.now() + drainTimeoutMs;
    while (this.#acked < this.#sent || this.#delivered < this.#sent * perMessage) {
      if (performance.now() > until || this.#errorCount > 0) {
        this.#onError(
          `${name}: of ${this.#sent} messages ${this.#acked} were acknowledged and ${this.#delivered / perMessage} delivered to all`,
        );
        return;
      }
      await delay(20);
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
