import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What happens between nodes, counted. The functions are what hub, broker and polls call. */
export interface NodeMetrics {
  gap(): void;
  healed(noticedBy: 'publication' | 'poll'): void;
  pulled(): void;
  late(): void;
  delivered(count: number): void;
  passedBy(): void;
  published(): void;
  publishFailed(): void;
  received(): void;
  polled(seconds: number, kind: 'tail' | 'all'): void;
  checked(people: number): void;
}

/** Registers them. `isUnwell`: there is a broker and it cannot be heard. */
export function createNodeMetrics(
  registry: Registry,
  state: { readonly isUnwell: () => boolean },
): NodeMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `parley_${name}_total`, help, registers });
  const gaps = counter('gaps', 'Holes seen in a conversation with sockets here.');
  const healed = new Counter({
    name: 'parley_gaps_healed_total',
    help: 'Holes filled from the log, by what showed them: a later publication, or only the poll of the commit log.',
    labelNames: ['noticed_by'],
    registers,
  });
  const pulls = counter('pulls', 'Pages read from the log to fill holes.');
  const late = counter('publications_late', 'Publications that brought nothing new.');
  const deliveries = counter('deliveries', 'Events times the sockets they were written to.');
  const passedBy = counter('publications_passed_by', 'Publications of other nodes that nobody here wanted.');
  const published = counter('broker_published', 'Messages handed to the broker.');
  const failed = counter('broker_publish_errors', 'Messages the broker did not take. The log heals them.');
  const received = counter('broker_received', 'Messages of other nodes.');
  const checked = counter('users_checked', 'People looked at again because sessions or memberships changed.');
  const seconds = new Histogram({
    name: 'parley_tail_poll_seconds',
    help: 'Time of one poll of the commit log; `all` compared every head.',
    labelNames: ['kind'],
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    registers,
  });
  new Gauge({
    name: 'parley_broker_healthy',
    help: '0 while a broker is configured and this node does not hear itself through it.',
    registers,
    collect() {
      this.set(state.isUnwell() ? 0 : 1);
    },
  });
  return {
    gap: () => gaps.inc(),
    healed: (noticedBy) => healed.inc({ noticed_by: noticedBy }),
    pulled: () => pulls.inc(),
    late: () => late.inc(),
    delivered: (count) => deliveries.inc(count),
    passedBy: () => passedBy.inc(),
    published: () => published.inc(),
    publishFailed: () => failed.inc(),
    received: () => received.inc(),
    polled: (time, kind) => seconds.observe({ kind }, time),
    checked: (people) => checked.inc(people),
  };
}
